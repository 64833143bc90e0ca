-- Parts of which the list builder puts statements together: see pg/parts.sql.
-- The functions are those of io/store_sqlite_fn.h.

-- name: text
@x

-- name: text_value
@v

-- name: uuid
@x

-- name: uuid_value
@v

-- name: int
@x

-- name: int_value
@v

-- name: time
@x

-- name: time_value
@v

-- name: msec
@x

-- name: msec_value
@v

-- name: json
json_canon(@x)

-- name: json_value
json_canon(@v)

-- name: path_text
json_path_text(@c, @p)

-- name: path_json
json_path_canon(@c, @p)

-- name: shown
@c

-- Whether it is JSON is looked at when it is shown (store_list.c).
-- name: json_shown
@c

-- name: path_shown
json_path(@c, @p)

-- A number in JSON (@x made by path_json), else NULL.
-- name: number
json_number_order(@x)

-- name: number_value
json_number_order(@v)

-- name: text_in
@x IN (SELECT value FROM json_each(@v))

-- name: uuid_in
@x IN (SELECT value FROM json_each(@v))

-- name: int_in
@x IN (SELECT value FROM json_each(@v))

-- name: time_in
@x IN (SELECT value FROM json_each(@v))

-- name: msec_in
@x IN (SELECT value FROM json_each(@v))

-- name: json_in
@x IN (SELECT json_canon(value) FROM json_each(@v))

-- name: like
like_text(@v, @x)

-- name: ilike
ilike_text(@v, @x)

-- A value that a plan is not made for: SQLite makes none by values.
-- name: blind
@x

-- name: limit
LIMIT @x

-- name: offset
OFFSET @v

-- name: nulls_asc
NULLS LAST

-- name: nulls_desc
NULLS FIRST

-- name: select
SELECT

-- name: order
ORDER BY

-- name: count
SELECT count(*)

-- One row is enough.
-- name: first
 LIMIT 1

-- One row that nobody else may change meanwhile.
-- name: locked
 LIMIT 1

-- Of PostgreSQL's only.
-- name: forget
SELECT
