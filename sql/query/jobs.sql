-- Jobs. Only the holder of the newest token may write to a running one.

-- define: job_row
id, type, token, tries, deaths, payload, coalesce(session_id, ''), cancel, life,
    coalesce({now_ms} - unknown_ms, 0)

-- define: job_is_live
state IN ('queued', 'running')

-- Jobs of a session run one after the other, in the order they came.
-- define: job_waits
EXISTS (SELECT 1 FROM {own}jobs AS o WHERE o.session_id = jobs.session_id
    AND o.session_id IS NOT NULL AND o.state IN ('queued', 'running')
    AND (o.seq, o.id) < (jobs.seq, jobs.id))

-- A running job that is due has lost its worker: one death more; $3 are too many.
-- The state is one that no index is used for: the id is what finds the row.
-- define: job_may_start
{plain_state} IN ('queued', 'running') AND due_ms <= {now_ms}
    AND CASE state WHEN 'running' THEN deaths + 1 < $3 ELSE NOT {job_waits} END

-- define: job_starts
state = 'running', token = token + 1,
    deaths = deaths + CASE state WHEN 'running' THEN 1 ELSE 0 END,
    errors = CASE state WHEN 'running'
        THEN {error_from} 'Its worker died.' {error_to} ELSE errors END,
    due_ms = {now_ms} + $2, ticket_ms = 0, started_ms = {now_ms},
    updated_ms = {now_ms}

-- define: job_held
id = $1 AND token = $2 AND state = 'running'

-- define: job_live_key
unique_key IS NOT NULL AND state IN ('queued', 'running')

-- Whoever adds it writes its ticket next; should that fail, the sweep does.
-- name: job_add
INSERT INTO {own}jobs (id, type, payload, session_id, unique_key, seq, due_ms,
    ticket_ms, created_ms, updated_ms)
VALUES ($1, $2, $3, $4, $6, (SELECT coalesce(max(o.seq), 0) + 1
        FROM {own}jobs AS o WHERE o.session_id = $4
        AND o.session_id IS NOT NULL AND o.state IN ('queued', 'running')),
    {now_ms} + $5, {now_ms} + $5, {now_ms}, {now_ms})
ON CONFLICT (unique_key) WHERE {job_live_key} DO NOTHING

-- name: job_live
SELECT id FROM {own}jobs WHERE unique_key = $1 AND {job_live_key}

-- name: job_start
UPDATE {own}jobs SET {job_starts}
WHERE id = $1 AND {job_may_start}
RETURNING {job_row}

-- On what a worker died before is run by itself: others must not die with it.
-- name: job_start_many
UPDATE {own}jobs SET {job_starts}
WHERE id {in_json_1} AND {plain_state} = 'queued' AND deaths = 0
    AND due_ms <= {now_ms} AND NOT {job_waits}
RETURNING {job_row}

-- name: job_bury
UPDATE {own}jobs SET state = 'error', error = 'dead', token = token + 1,
    deaths = deaths + 1, dead = 1,
    errors = {error_from} 'Its worker died.' {error_to},
    updated_ms = {now_ms}, finished_ms = {now_ms}
WHERE id = $1 AND state = 'running' AND due_ms <= {now_ms}
    AND deaths + 1 >= $2
RETURNING {job_row}

-- Has it ended; does it wait for others; is it to be buried?
-- name: job_get
SELECT {job_row}, CASE WHEN {job_is_live} THEN 0 ELSE 1 END,
    CASE WHEN state = 'queued' AND due_ms <= {now_ms} THEN 1 ELSE 0 END,
    CASE WHEN state = 'running' AND due_ms <= {now_ms}
        AND deaths + 1 >= $2 THEN 1 ELSE 0 END
FROM {own}jobs WHERE id = $1

-- name: job_type
SELECT type FROM {own}jobs WHERE id = $1

-- name: job_finish
UPDATE {own}jobs SET state = CASE $3 WHEN 'dead' THEN 'error' ELSE $3 END,
    dead = CASE $3 WHEN 'dead' THEN 1 ELSE 0 END,
    tries = tries + CASE $3 WHEN 'dead' THEN 1 ELSE 0 END, error = $4,
    errors = CASE $4 WHEN '' THEN errors
        ELSE {error_from} $4 {error_to} END,
    updated_ms = {now_ms}, finished_ms = {now_ms}
WHERE {job_held}

-- name: job_succeed
UPDATE {own}jobs SET state = 'success', error = '', result = $3,
    updated_ms = {now_ms}, finished_ms = {now_ms}
WHERE {job_held}

-- name: job_outcome
SELECT state, error, payload AS "payload:json", result AS "result:json"
FROM {own}jobs WHERE id = $1

-- What was cancelled just now is looked at at once.
-- define: job_delay
CASE cancel WHEN 1 THEN 0 ELSE $3 END

-- name: job_retry
UPDATE {own}jobs SET state = 'queued', tries = tries + 1,
    due_ms = {now_ms} + {job_delay}, ticket_ms = {now_ms} + {job_delay}, error = $4,
    errors = {error_from} $4 {error_to}, unknown_ms = NULL, updated_ms = {now_ms}
WHERE {job_held}

-- name: job_release
UPDATE {own}jobs SET state = 'queued', due_ms = {now_ms} + {job_delay},
    ticket_ms = {now_ms} + {job_delay}, unknown_ms = NULL, updated_ms = {now_ms}
WHERE {job_held}

-- By a worker that does not know its type.
-- name: job_unknown
UPDATE {own}jobs SET state = 'queued', due_ms = {now_ms} + {job_delay},
    ticket_ms = {now_ms} + {job_delay},
    unknown_ms = coalesce(unknown_ms, {now_ms}), updated_ms = {now_ms}
WHERE {job_held}

-- name: job_progress
UPDATE {own}jobs SET progress = $3, updated_ms = {now_ms}
WHERE {job_held}

-- What is queued ends at once: whoever cancels it takes it, whatever its turn.
-- name: job_take
UPDATE {own}jobs SET state = 'running', token = token + 1, cancel = 1,
    due_ms = {now_ms} + $2, ticket_ms = 0, updated_ms = {now_ms}
WHERE id = $1 AND state = 'queued'
RETURNING {job_row}

-- name: job_cancel
UPDATE {own}jobs SET cancel = 1, updated_ms = {now_ms}
WHERE id = $1 AND state = 'running'

-- A new life: last of its session, all tries before it.
-- name: job_revive
UPDATE {own}jobs SET state = 'queued', tries = 0, deaths = 0, dead = 0,
    cancel = 0, error = '', errors = '[]', progress = NULL, finished_ms = NULL,
    life = life + 1, unknown_ms = NULL,
    seq = (SELECT coalesce(max(o.seq), 0) + 1
        FROM {own}jobs AS o WHERE o.session_id = jobs.session_id
        AND o.session_id IS NOT NULL AND o.state IN ('queued', 'running')),
    due_ms = {now_ms}, ticket_ms = {now_ms}, updated_ms = {now_ms}
WHERE id = $1 AND state IN ('error', 'cancelled')
RETURNING {job_row}

-- name: job_drop
DELETE FROM {own}jobs WHERE id = $1 AND NOT {job_is_live}

-- Of all who find it due, one. A clock that was set back is no reason to wait.
-- define: job_tidy_due
tidied_ms <= {now_ms} - $1 OR tidied_ms > {now_ms}

-- name: job_tidy_due
SELECT 1 FROM {own}jobs_tidied WHERE {job_tidy_due}

-- name: job_tidy
UPDATE {own}jobs_tidied SET tidied_ms = {now_ms} WHERE {job_tidy_due}

-- The oldest of those that ended. One that lives again meanwhile is asked twice.
-- name: job_forget
DELETE FROM {own}jobs WHERE finished_ms IS NOT NULL AND id {in_rows_from}
    SELECT id FROM {own}jobs {by_jobs_ended}
    WHERE finished_ms IS NOT NULL AND dead = $1
        AND finished_ms < {now_ms} - $2
    ORDER BY finished_ms LIMIT $3{in_rows_to}

-- name: job_forget_vectors
UPDATE {own}jobs SET result = NULL
WHERE finished_ms IS NOT NULL AND id {in_rows_from}
    SELECT id FROM {own}jobs {by_jobs_vectors}
    WHERE finished_ms IS NOT NULL AND type = 'embed' AND result IS NOT NULL
        AND finished_ms < {now_ms} - $1
    ORDER BY finished_ms LIMIT $2{in_rows_to}

-- The first of a session's, when it waits for nobody.
-- name: job_next
SELECT id FROM {own}jobs
WHERE session_id = $1 AND session_id IS NOT NULL AND state = 'queued'
    AND due_ms <= {now_ms} AND NOT {job_waits}
ORDER BY seq, id LIMIT 1

-- Asked before job_sweep: reading takes no writer's lock.
-- name: job_sweep_any
SELECT 1 FROM {own}jobs {by_jobs_open}
WHERE {job_is_live} AND ticket_ms <= {now_ms} - $1
    AND due_ms <= {now_ms} AND (state = 'running' OR NOT {job_waits}) LIMIT 1

-- name: job_sweep
UPDATE {own}jobs SET ticket_ms = {now_ms} WHERE id IN (
    SELECT id FROM {own}jobs {by_jobs_open}
    WHERE {job_is_live} AND ticket_ms <= {now_ms} - $1
        AND due_ms <= {now_ms} AND (state = 'running' OR NOT {job_waits})
    ORDER BY ticket_ms, due_ms LIMIT $2)
RETURNING id, type

-- A job that runs already has used its ticket.
-- name: job_ticketed
UPDATE {own}jobs SET ticket_ms = {now_ms} WHERE id = $1 AND state = 'queued'

-- name: job_counts
SELECT state, count(*) FROM {own}jobs GROUP BY state

-- What waits, since when (ms), what runs, what is dead; of each type.
-- name: job_depths
SELECT type, sum(CASE state WHEN 'queued' THEN 1 ELSE 0 END) AS queued,
    coalesce({now_ms} - min(CASE state WHEN 'queued' THEN created_ms END), 0)
        AS oldest_ms,
    sum(CASE state WHEN 'running' THEN 1 ELSE 0 END) AS running,
    sum(dead) AS dead
FROM {own}jobs WHERE state IN ('queued', 'running', 'error')
GROUP BY type ORDER BY type
