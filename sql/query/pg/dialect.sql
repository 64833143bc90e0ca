-- What PostgreSQL says in its own way. The seeds' four tables are where the
-- search path finds them, as in a Supabase project; ours have a schema of their
-- own, which Supabase's API does not show to anybody.

-- define: own
director.

-- The same moment everywhere within one statement.
-- define: now_ms
(extract(epoch FROM statement_timestamp()) * 1000)::bigint

-- define: now_text
statement_timestamp()

-- define: by_job
(metadata ->> 'job') IS NOT NULL

-- Order of writing, where two rows have the same microsecond: none.
-- define: row_order
id

-- define: by_jobs_open


-- define: by_jobs_ended


-- define: by_jobs_vectors


-- An embedding is a vector, or an array of the same numbers where pgvector is
-- not; either is assigned from, and read as, an array.
-- define: embedding_in
::real[]

-- define: embedding_out
embedding::real[] AS embedding

-- Others who want to change what belongs to the row wait for the transaction's
-- end; SQLite has one writer at a time.
-- define: row_lock
FOR NO KEY UPDATE

-- The row is to be removed.
-- define: row_lock_all
FOR UPDATE

-- Around text for content, whose type is the project's: text or jsonb.
-- define: content_from
(json_populate_record(NULL::generated_outputs, director.content_record(

-- define: content_to
))).content

-- What may be a uuid is one, or NULL.
-- define: uuid_1
CASE WHEN $1 ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
    THEN $1::uuid END

-- define: uuid_2
CASE WHEN $2 ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
    THEN $2::uuid END

-- A video may name a collection that nobody has made; but not one that is not
-- written. One that is there is not removed before the transaction's end: who
-- removes it locks it, and looks for videos then. Of two that make the same one
-- the second locks what the first has made.
-- define: insert_collection
WITH kept AS (SELECT 1 FROM director.collections WHERE id = $3::text
    FOR KEY SHARE),
made AS (INSERT INTO director.collections AS c (id, name)
    SELECT $3::text, $3::text
    WHERE NOT EXISTS (SELECT 1 FROM videos WHERE video_id = $2)
        AND NOT EXISTS (SELECT 1 FROM videos WHERE id = $1)
        AND NOT EXISTS (SELECT 1 FROM kept)
    ON CONFLICT (id) DO UPDATE SET name = c.name WHERE false)

-- define: update_collection
WITH kept AS (SELECT 1 FROM director.collections WHERE id = $3::text
    FOR KEY SHARE),
made AS (INSERT INTO director.collections AS c (id, name)
    SELECT $3::text, $3::text FROM videos
    WHERE id = $1 AND $3::text IS NOT NULL AND NOT EXISTS (SELECT 1 FROM kept)
    ON CONFLICT (id) DO UPDATE SET name = c.name WHERE false)

-- define: v_uuid
@v::uuid

-- One more of a job's errors: the text stands between these.
-- define: error_from
(errors::jsonb || jsonb_build_array(jsonb_build_object('attempt', token,
    'at', to_char(statement_timestamp() AT TIME ZONE 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'error',

-- define: error_to
::text)))::json

-- One of the texts of a JSON array: an array, so that the planner takes the key,
-- and not a list of all that wait.
-- define: in_json_1
= ANY (ARRAY(SELECT json_array_elements_text($1::json)))

-- The planner does not know how few they are, and would read the whole table.
-- define: in_rows_from
= ANY (ARRAY(

-- define: in_rows_to
))

-- define: plain_state
(state || '')

-- name: begin
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE

-- name: begin_read
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: savepoint
SAVEPOINT call

-- name: savepoint_release
RELEASE SAVEPOINT call

-- name: savepoint_rollback
ROLLBACK TO SAVEPOINT call

-- The migrations' locks; the numbers are of no meaning. The second is of what
-- may take long and is optional.
-- name: schema_lock
SELECT 1 FROM pg_advisory_xact_lock(4270193348)

-- name: upkeep_lock
SELECT 1 FROM pg_advisory_xact_lock(4270193349)

-- Until the transaction's end: the limits that a role may have are for requests.
-- name: schema_patience
SELECT set_config('statement_timeout', '0', true),
    set_config('lock_timeout', '0', true)

-- Tables that somebody else holds; all who come later wait behind us.
-- name: schema_haste
SELECT set_config('lock_timeout', '10s', true)

-- name: schema_present
SELECT count(*) FROM pg_catalog.pg_tables
WHERE schemaname = 'director' AND tablename = 'store_meta'

-- Somebody else's tables may not cascade.
-- name: video_remove
WITH chunks AS (DELETE FROM transcript_chunks WHERE transcript_id IN
        (SELECT id FROM transcripts WHERE video_id = $1)),
    texts AS (DELETE FROM transcripts WHERE video_id = $1),
    outputs AS (DELETE FROM generated_outputs WHERE video_id = $1),
    stages AS (DELETE FROM director.stage_results WHERE video_id = $1)
DELETE FROM videos WHERE id = $1
RETURNING {video_row}

-- name: transcript_drop
WITH chunks AS (DELETE FROM transcript_chunks WHERE transcript_id IN
        (SELECT id FROM transcripts WHERE video_id = $1))
DELETE FROM transcripts WHERE video_id = $1

-- name: transcript_remove
WITH chunks AS (DELETE FROM transcript_chunks WHERE transcript_id = $1)
DELETE FROM transcripts WHERE id = $1
RETURNING {transcript_row}

-- Rows are [id, type, payload, delay].
-- name: job_add_many
INSERT INTO director.jobs (id, type, payload, due_ms, ticket_ms, created_ms,
    updated_ms)
SELECT v ->> 0, v ->> 1, v -> 2, {now_ms} + (v ->> 3)::bigint,
    {now_ms} + (v ->> 3)::bigint, {now_ms}, {now_ms}
FROM json_array_elements($1::json) AS v

-- Rows are [id, token].
-- name: job_renew
UPDATE director.jobs SET due_ms = {now_ms} + $2, updated_ms = {now_ms}
FROM (SELECT v ->> 0 AS id, (v ->> 1)::bigint AS token
    FROM json_array_elements($1::json) AS v) AS held
WHERE jobs.id = ANY (ARRAY(SELECT v ->> 0
        FROM json_array_elements($1::json) AS v))
    AND jobs.id = held.id AND jobs.token = held.token AND (jobs.state || '') = 'running'
RETURNING jobs.id, jobs.cancel

-- Rows are [id, token, result].
-- name: job_succeed_many
UPDATE director.jobs SET state = 'success', error = '', result = held.result,
    updated_ms = {now_ms}, finished_ms = {now_ms}
FROM (SELECT v ->> 0 AS id, (v ->> 1)::bigint AS token,
        CASE json_typeof(v -> 2) WHEN 'null' THEN NULL ELSE v -> 2 END AS result
    FROM json_array_elements($1::json) AS v) AS held
WHERE jobs.id = ANY (ARRAY(SELECT v ->> 0
        FROM json_array_elements($1::json) AS v))
    AND jobs.id = held.id AND jobs.token = held.token AND (jobs.state || '') = 'running'
RETURNING jobs.id
