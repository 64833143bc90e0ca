-- What chat sessions remember.

-- name: context_get
SELECT context_data AS "context_data:json" FROM {own}context_messages
WHERE session_id = $1

-- Nothing where the session is gone.
-- name: context_put
INSERT INTO {own}context_messages (session_id, context_data, created_ms,
    updated_ms)
SELECT session_id, $2, {now_ms}, {now_ms} FROM {own}sessions
WHERE session_id = $1
ON CONFLICT (session_id) DO UPDATE SET
    context_data = excluded.context_data, updated_ms = excluded.updated_ms
