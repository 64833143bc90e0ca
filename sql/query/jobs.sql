-- Jobs. Only the holder of the newest token may write to a running one.

-- define: job_row
id, type, token, tries, deaths, payload

-- Whoever adds it writes its ticket next; should that fail, the sweep does.
-- name: job_add
INSERT INTO {own}jobs (id, type, payload, session_id, due_ms, ticket_ms,
    created_ms, updated_ms)
VALUES ($1, $2, $3, $4, {now_ms} + $5, {now_ms} + $5, {now_ms}, {now_ms})

-- A running job that is due has lost its worker: one death more.
-- name: job_start
UPDATE {own}jobs SET state = 'running', token = token + 1,
    deaths = deaths + CASE WHEN state = 'running' THEN 1 ELSE 0 END,
    due_ms = {now_ms} + $2, ticket_ms = 0, updated_ms = {now_ms}
WHERE id = $1 AND state IN ('queued', 'running') AND due_ms <= {now_ms}
    AND (state = 'queued' OR deaths + 1 < $3)
RETURNING {job_row}

-- name: job_bury
UPDATE {own}jobs SET state = 'error', error = 'dead', token = token + 1,
    deaths = deaths + 1, updated_ms = {now_ms}
WHERE id = $1 AND state = 'running' AND due_ms <= {now_ms}
    AND deaths + 1 >= $2
RETURNING {job_row}

-- name: job_get
SELECT {job_row}, CASE WHEN state IN ('queued', 'running') THEN 0 ELSE 1 END
FROM {own}jobs WHERE id = $1

-- name: job_type
SELECT type FROM {own}jobs WHERE id = $1

-- name: job_renew
UPDATE {own}jobs SET due_ms = {now_ms} + $3, updated_ms = {now_ms}
WHERE id = $1 AND token = $2 AND state = 'running'

-- name: job_finish
UPDATE {own}jobs SET state = $3, error = $4, updated_ms = {now_ms}
WHERE id = $1 AND token = $2 AND state = 'running'

-- name: job_succeed
UPDATE {own}jobs SET state = 'success', error = '', result = $3,
    updated_ms = {now_ms}
WHERE id = $1 AND token = $2 AND state = 'running'

-- name: job_outcome
SELECT state, error, result AS "result:json" FROM {own}jobs WHERE id = $1

-- name: job_retry
UPDATE {own}jobs SET state = 'queued', tries = tries + 1, due_ms = {now_ms} + $3,
    ticket_ms = {now_ms} + $3, error = $4, updated_ms = {now_ms}
WHERE id = $1 AND token = $2 AND state = 'running'

-- name: job_release
UPDATE {own}jobs SET state = 'queued', due_ms = {now_ms} + $3,
    ticket_ms = {now_ms} + $3, updated_ms = {now_ms}
WHERE id = $1 AND token = $2 AND state = 'running'

-- Asked before job_sweep: reading takes no writer's lock.
-- name: job_sweep_any
SELECT 1 FROM {own}jobs {by_jobs_open}
WHERE state IN ('queued', 'running') AND ticket_ms <= {now_ms} - $1
    AND due_ms <= {now_ms} LIMIT 1

-- name: job_sweep
UPDATE {own}jobs SET ticket_ms = {now_ms} WHERE id IN (
    SELECT id FROM {own}jobs {by_jobs_open}
    WHERE state IN ('queued', 'running') AND ticket_ms <= {now_ms} - $1
        AND due_ms <= {now_ms}
    ORDER BY ticket_ms, due_ms LIMIT $2)
RETURNING id

-- A job that runs already has used its ticket.
-- name: job_ticketed
UPDATE {own}jobs SET ticket_ms = {now_ms} WHERE id = $1 AND state = 'queued'

-- name: job_counts
SELECT state, count(*) FROM {own}jobs GROUP BY state
