-- Chat sessions and their messages. Rows show unix seconds, as the chat page
-- wants them.

-- define: session_row
session_id, video_id, collection_id, created_ms / 1000 AS created_at,
updated_ms / 1000 AS updated_at, name, metadata AS "metadata:json"

-- define: message_row
session_id, conv_id, msg_id, msg_type, agents AS "agents:json",
actions AS "actions:json", content AS "content:json", status,
created_ms / 1000 AS created_at, updated_ms / 1000 AS updated_at,
metadata AS "metadata:json", rev

-- Name, principal and creation stay those of the first message.
-- name: session_touch
INSERT INTO {own}sessions (session_id, principal, video_id, collection_id, name,
    created_ms, updated_ms)
VALUES ($1, $2, $3, $4, $5, {now_ms}, {now_ms})
ON CONFLICT (session_id) DO UPDATE SET
    video_id = coalesce(excluded.video_id, sessions.video_id),
    collection_id = coalesce(excluded.collection_id, sessions.collection_id),
    name = coalesce(sessions.name, excluded.name),
    updated_ms = excluded.updated_ms

-- name: session_list
SELECT {session_row} FROM {own}sessions WHERE principal IN ($1, $3)
ORDER BY updated_ms DESC, created_ms DESC, session_id LIMIT $2

-- name: session_get
SELECT {session_row} FROM {own}sessions WHERE session_id = $1

-- The same for REST: as their lists have them (sql/list/).
-- name: session_shown
SELECT session_id, video_id, collection_id, name, metadata AS "metadata:json",
    created_ms, updated_ms
FROM {own}sessions WHERE session_id = $1

-- name: messages_shown
SELECT msg_id, session_id, conv_id, msg_type, agents AS "agents:json",
    actions AS "actions:json", content AS "content:json", status, seq,
    metadata AS "metadata:json", created_ms, updated_ms
FROM {own}conversations WHERE session_id = $1 ORDER BY seq

-- name: session_principal
SELECT principal FROM {own}sessions WHERE session_id = $1

-- name: session_delete
DELETE FROM {own}sessions WHERE session_id = $1

-- name: session_cancel_jobs
UPDATE {own}jobs SET state = 'cancelled', error = 'The session was deleted.',
    updated_ms = {now_ms}, finished_ms = {now_ms}
WHERE session_id = $1 AND state IN ('queued', 'running')

-- Nothing when the message is there already.
-- name: message_add_input
INSERT INTO {own}conversations (session_id, msg_id, conv_id, msg_type, output_id,
    agents, content, status, seq, created_ms, updated_ms)
SELECT $1, $2, $3, 'input', $4, $5, $6, 'success',
    coalesce(max(seq), 0) + 1, {now_ms}, {now_ms}
FROM {own}conversations WHERE session_id = $1
ON CONFLICT (session_id, msg_id) DO NOTHING

-- name: message_add_output
INSERT INTO {own}conversations (session_id, msg_id, conv_id, msg_type, agents,
    actions, content, status, seq, created_ms, updated_ms)
SELECT $1, $2, $3, 'output', $4, $5, $6, 'progress',
    coalesce(max(seq), 0) + 1, {now_ms}, {now_ms}
FROM {own}conversations WHERE session_id = $1

-- name: message_answer
SELECT coalesce(output_id, msg_id) FROM {own}conversations
WHERE session_id = $1 AND msg_id = $2

-- name: message_list
SELECT {message_row} FROM {own}conversations WHERE session_id = $1 ORDER BY seq

-- name: message_output
SELECT {message_row} FROM {own}conversations
WHERE session_id = $1 AND msg_id = $2 AND msg_type = 'output'

-- name: message_newest_output
SELECT {message_row} FROM {own}conversations
WHERE session_id = $1 AND conv_id = $2 AND msg_type = 'output'
ORDER BY seq DESC LIMIT 1

-- name: message_snapshot
UPDATE {own}conversations SET status = $3, rev = $4,
    actions = coalesce($5, actions), agents = coalesce($6, agents),
    content = coalesce($7, content), updated_ms = {now_ms}
WHERE session_id = $1 AND msg_id = $2 AND msg_type = 'output'
    AND status = 'progress' AND rev < $4

-- name: message_unwatched
SELECT 1 FROM {own}conversations
WHERE session_id = $1 AND status = 'progress' AND watched = 0 LIMIT 1

-- name: message_watch
UPDATE {own}conversations SET watched = 1
WHERE session_id = $1 AND status = 'progress' AND watched = 0

-- name: message_watched
SELECT watched FROM {own}conversations WHERE session_id = $1 AND msg_id = $2

-- name: message_reopen
UPDATE {own}conversations SET status = 'progress', rev = rev + 1,
    updated_ms = {now_ms}
WHERE session_id = $1 AND msg_id = $2 AND msg_type = 'output'
