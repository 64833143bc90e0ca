-- Audio and images, and how collections come and go.

-- define: media_row
id, collection_id, kind, name, file, metadata AS "metadata:json", created_at

-- name: media_add
INSERT INTO {own}media (id, collection_id, kind, name, file, metadata,
    created_at)
VALUES ($1, $2, $3, $4, $5, $6, {now_text})
RETURNING {media_row}

-- name: media_list
SELECT {media_row} FROM {own}media WHERE collection_id = $1 AND kind = $2
ORDER BY created_at DESC, {row_order} DESC LIMIT $3

-- name: media_get
SELECT {media_row} FROM {own}media
WHERE collection_id = $1 AND kind = $2 AND id = $3

-- name: media_remove
DELETE FROM {own}media WHERE collection_id = $1 AND kind = $2 AND id = $3
RETURNING {media_row}

-- name: collection_add
INSERT INTO {own}collections (id, name, description, created_at)
VALUES ($1, $2, $3, {now_text})
RETURNING id, name, description

-- Whoever puts a video into it keeps it; what we look for then is there.
-- name: collection_lock
SELECT 1 FROM {own}collections WHERE id = $1 {row_lock_all}

-- name: collection_holds
SELECT
    CASE WHEN EXISTS (SELECT 1 FROM videos WHERE collection_id = $1)
        THEN 1 ELSE 0 END AS videos,
    CASE WHEN EXISTS (SELECT 1 FROM {own}media
            WHERE collection_id = $1 AND kind = 'audio')
        THEN 1 ELSE 0 END AS audios,
    CASE WHEN EXISTS (SELECT 1 FROM {own}media
            WHERE collection_id = $1 AND kind = 'image')
        THEN 1 ELSE 0 END AS images
