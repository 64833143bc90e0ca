-- What REST clients write. Each statement returns the row as its list in
-- sql/list/ has it; no row: nothing was written. An update leaves alone what is
-- given as NULL.

-- define: collection_row
id, name, description, created_at

-- name: collection_insert
INSERT INTO {own}collections (id, name, description, created_at)
VALUES ($1, $2, $3, {now_text}) ON CONFLICT (id) DO NOTHING
RETURNING {collection_row}

-- name: collection_update
UPDATE {own}collections
SET name = coalesce($2, name), description = coalesce($3, description)
WHERE id = $1
RETURNING {collection_row}

-- The first collection stays, and any that something is in.
-- name: collection_remove
DELETE FROM {own}collections WHERE id = $1 AND id <> 'c-main'
    AND NOT EXISTS (SELECT 1 FROM videos WHERE collection_id = $1)
    AND NOT EXISTS (SELECT 1 FROM {own}media WHERE collection_id = $1)
RETURNING {collection_row}

-- In a foreign schema nothing but this keeps two videos of one name apart.
-- name: video_insert
{insert_collection}
INSERT INTO videos (id, video_id, collection_id, metadata, created_at)
SELECT $1, $2, $3, $4, {now_text}
WHERE NOT EXISTS (SELECT 1 FROM videos WHERE video_id = $2)
    AND NOT EXISTS (SELECT 1 FROM videos WHERE id = $1)
RETURNING {video_row}

-- name: video_update
{update_collection}
UPDATE videos
SET video_id = coalesce($2, video_id),
    collection_id = coalesce($3, collection_id),
    metadata = coalesce($4, metadata)
WHERE id = $1
RETURNING {video_row}

-- All that belongs to it goes with it (cascade).
-- name: video_remove
DELETE FROM videos WHERE id = $1
RETURNING {video_row}

-- name: transcript_remove
DELETE FROM transcripts WHERE id = $1
RETURNING {transcript_row}

-- Of a video by its uuid or video_id; none, no row.
-- name: output_insert
INSERT INTO generated_outputs
    (id, video_id, output_type, content, metadata, created_at)
SELECT $1, (SELECT id FROM videos WHERE id = {uuid_2} OR video_id = $2
    ORDER BY CASE WHEN id = {uuid_2} THEN 0 ELSE 1 END LIMIT 1),
    $3, {content_from}$4{content_to}, $5, {now_text}
WHERE EXISTS (SELECT 1 FROM videos WHERE id = {uuid_2} OR video_id = $2)
    AND NOT EXISTS (SELECT 1 FROM generated_outputs WHERE id = $1)
RETURNING {output_row}

-- The video stays: $2 is NULL.
-- name: output_update
UPDATE generated_outputs
SET output_type = coalesce($3, output_type),
    content = CASE WHEN CAST($4 AS text) IS NULL THEN content
        ELSE {content_from}$4{content_to} END,
    metadata = coalesce($5, metadata)
WHERE id = $1 AND CAST($2 AS text) IS NULL
RETURNING {output_row}

-- name: output_remove
DELETE FROM generated_outputs WHERE id = $1
RETURNING {output_row}

-- name: once_add
INSERT INTO {own}once (principal, key, fingerprint, created_ms)
VALUES ($1, $2, $3, {now_ms}) ON CONFLICT (principal, key) DO NOTHING

-- name: once_get
SELECT fingerprint, answer FROM {own}once WHERE principal = $1 AND key = $2

-- name: once_keep
UPDATE {own}once SET answer = $3 WHERE principal = $1 AND key = $2

-- name: once_forget
DELETE FROM {own}once WHERE created_ms < {now_ms} - $1
