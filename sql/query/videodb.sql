-- What the store has of VideoDB, and what is asked of it.

-- define: videodb_row
kind, id, local_id, hash, made, since_ms, deleted_ms

-- In the order of its key, byte by byte.
-- name: videodb_page
SELECT {videodb_row} FROM {own}videodb WHERE (kind, id) > ($1, $2)
ORDER BY kind, id LIMIT $3

-- What was deleted here; a collection when it is empty.
-- name: videodb_deleted
SELECT {videodb_row} FROM {own}videodb WHERE deleted_ms > 0
ORDER BY CASE WHEN kind = 'collection' THEN 1 ELSE 0 END, deleted_ms, id

-- name: videodb_get
SELECT {videodb_row} FROM {own}videodb WHERE kind = $1 AND id = $2

-- name: videodb_of_local
SELECT {videodb_row} FROM {own}videodb WHERE kind = $1 AND local_id = $2

-- name: videodb_put
INSERT INTO {own}videodb (kind, id, local_id, hash, made, since_ms)
VALUES ($1, $2, $3, $4, $5, {now_ms})
ON CONFLICT (kind, id) DO UPDATE SET hash = excluded.hash

-- name: videodb_drop
DELETE FROM {own}videodb WHERE kind = $1 AND id = $2

-- name: videodb_bury
UPDATE {own}videodb SET deleted_ms = {now_ms}
WHERE kind = $1 AND local_id = $2 AND deleted_ms = 0

-- name: videodb_gone
UPDATE {own}videodb SET deleted_ms = -{now_ms}, since_ms = {now_ms}
WHERE kind = $1 AND id = $2

-- name: videodb_media_change
UPDATE {own}media SET collection_id = $3, name = $4, metadata = $5
WHERE id = $1 AND kind = $2

-- By its id alone, wherever it is.
-- name: videodb_media_get
SELECT {media_row} FROM {own}media WHERE id = $1 AND kind = $2

-- name: videodb_media_remove
DELETE FROM {own}media WHERE id = $1 AND kind = $2

-- name: videodb_ask_due
SELECT 1 FROM {own}videodb_state WHERE asked_ms <= {now_ms} - $1

-- Of all who find it due, one.
-- name: videodb_ask
UPDATE {own}videodb_state SET asked_ms = {now_ms}
WHERE asked_ms <= {now_ms} - $1

-- name: videodb_mirror_live
SELECT 1 FROM {own}jobs
WHERE type = 'videodb_mirror' AND state IN ('queued', 'running') LIMIT 1

-- name: videodb_mirrored
UPDATE {own}videodb_state SET mirrored_ms = {now_ms}

-- name: videodb_now
SELECT {now_ms} FROM {own}videodb_state

-- name: videodb_call_get
SELECT output_url, failures, {now_ms} - since_ms FROM {own}videodb_calls
WHERE job_id = $1 AND step = $2

-- name: videodb_call_put
INSERT INTO {own}videodb_calls (job_id, step, output_url, since_ms)
VALUES ($1, $2, $3, {now_ms})
ON CONFLICT (job_id) DO UPDATE SET step = excluded.step,
    output_url = excluded.output_url, failures = 0,
    since_ms = excluded.since_ms

-- name: videodb_call_failed
UPDATE {own}videodb_calls SET failures = $2 WHERE job_id = $1

-- name: videodb_call_drop
DELETE FROM {own}videodb_calls WHERE job_id = $1

-- Of jobs that were given up.
-- name: videodb_call_forget
DELETE FROM {own}videodb_calls WHERE since_ms < {now_ms} - $1
