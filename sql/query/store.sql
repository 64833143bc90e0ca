-- The store about itself.
--
-- In all files of this folder: parameters are $1, $2, …; {now_ms} is the
-- store's clock in milliseconds since 1970, {now_text} the same as RFC 3339
-- text; a column named "x:json" reaches the caller as the decoded value "x".

-- name: schema_version
SELECT version, uuid FROM {own}store_meta

-- The uuid counts only the first time.
-- name: schema_set_version
INSERT INTO {own}store_meta (only_row, version, uuid, created_at)
VALUES (1, $1, $2, {now_text})
ON CONFLICT (only_row) DO UPDATE SET version = excluded.version
