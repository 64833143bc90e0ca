-- Parts of which the list builder puts statements together: @c is a column's
-- expression, @p the parameter with a path, @x what one of these made, @v the
-- parameter with a value.

-- What is compared and ordered by, and a value of its kind. An index of a
-- foreign table has the database's collation, which equality does not ask for:
-- there the column stands as it is.
-- name: text
@x COLLATE "C"

-- name: text_value
@v::text

-- name: uuid
@x

-- name: uuid_value
@v::uuid

-- name: int
@x

-- name: int_value
@v::bigint

-- name: time
@x

-- A time has the column's type: without a zone in some projects, and then UTC,
-- whatever the session's zone.
-- name: time_value
@v

-- name: msec
@x

-- name: msec_value
@v::bigint

-- name: json
@x::jsonb

-- name: json_value
@v::jsonb

-- What a path finds, as text or as JSON; "shown" is for the answer.
-- name: path_text
(@c::jsonb #>> @p::text[])

-- name: path_json
(@c::jsonb #> @p::text[])

-- name: shown
@c

-- By its name a string stays JSON, with its quotes (store_pg_value.c); made text
-- here it would be copied once more.
-- name: json_shown
@c AS "shown:json"

-- name: path_shown
(@c::jsonb #> @p::text[])::text

-- A number in JSON (@x made by path_json), else NULL.
-- name: number
CASE jsonb_typeof(@x) WHEN 'number' THEN (@x)::text::numeric END

-- name: number_value
@v::numeric

-- name: text_in
@x = ANY (@v::text[])

-- name: uuid_in
@x = ANY (@v::uuid[])

-- name: int_in
@x = ANY (@v::bigint[])

-- name: time_in
@x = ANY (@v)

-- name: msec_in
@x = ANY (@v::bigint[])

-- name: json_in
@x = ANY (@v::jsonb[])

-- name: like
@x LIKE @v::text

-- name: ilike
@x ILIKE @v::text

-- A value that a plan is not made for (struct store_list_sql, quick).
-- name: blind
(SELECT @x)

-- name: limit
LIMIT @x

-- name: offset
OFFSET @v::bigint

-- Nulls are last among what grows.
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
 LIMIT 1 FOR UPDATE

-- A prepared statement's name follows.
-- name: forget
DEALLOCATE
