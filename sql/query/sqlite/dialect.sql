-- What SQLite says in its own way. Version 3.40 has no subsecond unixepoch();
-- the Julian day is whole milliseconds inside, rounding gives them back.
-- 'now' is the same moment everywhere within one statement.

-- define: own


-- define: now_ms
CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER)

-- define: now_text
strftime('%Y-%m-%dT%H:%M:%fZ', 'now')

-- Was this output written by a job? (metadata may be anybody's text)
-- define: by_job
(CASE WHEN json_valid(metadata) THEN metadata ->> '$.job' END) IS NOT NULL

-- Order of writing, where two rows have the same millisecond.
-- define: row_order
rowid

-- Without statistics the planner takes the index on the state, and reads all
-- jobs that wait.
-- define: by_jobs_open
INDEXED BY jobs_open

-- define: by_jobs_ended
INDEXED BY jobs_ended

-- define: by_jobs_vectors
INDEXED BY jobs_vectors

-- define: row_lock


-- define: row_lock_all


-- define: content_from


-- define: content_to


-- define: embedding_in


-- define: embedding_out
embedding

-- define: uuid_1
$1

-- define: uuid_2
$2

-- A trigger makes it.
-- define: insert_collection


-- define: update_collection


-- define: v_uuid
@v

-- define: error_from
json_insert(errors, '$[#]', json_object('attempt', token, 'at',
    strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), 'error',

-- define: error_to
))

-- define: in_json_1
IN (SELECT value FROM json_each($1))

-- define: in_rows_from
IN (

-- define: in_rows_to
)

-- define: plain_state
+state

-- name: begin
BEGIN IMMEDIATE

-- name: begin_read
BEGIN DEFERRED

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: savepoint
SAVEPOINT call

-- name: savepoint_release
RELEASE call

-- name: savepoint_rollback
ROLLBACK TO call

-- Beginning took the writer's lock already.
-- name: schema_lock
SELECT 1

-- Of PostgreSQL's only.
-- name: upkeep_lock
SELECT 1

-- name: schema_patience
SELECT 1

-- name: schema_haste
SELECT 1

-- name: schema_present
SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'store_meta'

-- name: job_add_many
INSERT INTO jobs (id, type, payload, due_ms, ticket_ms, created_ms, updated_ms)
SELECT value ->> 0, value ->> 1, value -> 2, {now_ms} + (value ->> 3),
    {now_ms} + (value ->> 3), {now_ms}, {now_ms}
FROM json_each($1)

-- name: job_renew
UPDATE jobs SET due_ms = {now_ms} + $2, updated_ms = {now_ms}
FROM (SELECT value ->> 0 AS id, value ->> 1 AS token FROM json_each($1)) AS held
WHERE jobs.id = held.id AND jobs.token = held.token AND +jobs.state = 'running'
RETURNING id, cancel

-- name: job_succeed_many
UPDATE jobs SET state = 'success', error = '', result = held.result,
    updated_ms = {now_ms}, finished_ms = {now_ms}
FROM (SELECT value ->> 0 AS id, value ->> 1 AS token,
        nullif(value -> 2, 'null') AS result FROM json_each($1)) AS held
WHERE jobs.id = held.id AND jobs.token = held.token AND +jobs.state = 'running'
RETURNING id
