-- Videos and what belongs to one: transcript, chunks, outputs, stage results;
-- and collections.

-- define: video_row
id, video_id, collection_id, metadata AS "metadata:json", created_at

-- define: transcript_row
id, video_id, full_text, metadata AS "metadata:json", created_at

-- define: output_row
id, video_id, output_type, content, metadata AS "metadata:json", created_at

-- name: collection_get
SELECT id, name, description FROM {own}collections WHERE id = $1

-- name: video_list
SELECT {video_row} FROM videos
ORDER BY created_at DESC, {row_order} DESC LIMIT $1

-- name: video_list_collection
SELECT {video_row} FROM videos WHERE collection_id = $1
ORDER BY created_at DESC, {row_order} DESC LIMIT $2

-- By uuid or external id; the uuid wins.
-- name: video_get
SELECT {video_row} FROM videos WHERE id = {uuid_1} OR video_id = $1
ORDER BY CASE WHEN id = {uuid_1} THEN 0 ELSE 1 END, created_at LIMIT 1

-- name: video_count
SELECT count(*) FROM videos

-- name: video_lock
SELECT 1 FROM videos WHERE id = $1 {row_lock}

-- The chunks go with it (cascade).
-- name: transcript_drop
DELETE FROM transcripts WHERE video_id = $1

-- name: transcript_add
INSERT INTO transcripts (id, video_id, full_text, metadata, created_at)
VALUES ($1, $2, $3, $4, {now_text})
RETURNING {transcript_row}

-- name: transcript_get
SELECT {transcript_row} FROM transcripts WHERE video_id = $1
ORDER BY created_at DESC, id LIMIT 1

-- name: transcript_lock
SELECT 1 FROM transcripts WHERE id = $1 {row_lock}

-- name: chunk_drop
DELETE FROM transcript_chunks WHERE transcript_id = $1

-- name: chunk_add
INSERT INTO transcript_chunks
    (id, transcript_id, chunk_text, chunk_index, embedding, metadata,
    created_at)
VALUES ($1, $2, $3, $4, $5{embedding_in}, $6, {now_text})

-- name: chunk_list
SELECT id, transcript_id, chunk_text, chunk_index, {embedding_out},
    metadata AS "metadata:json", created_at
FROM transcript_chunks WHERE transcript_id = $1 ORDER BY chunk_index

-- name: output_drop
DELETE FROM generated_outputs
WHERE video_id = $1 AND output_type = $2 AND {by_job}

-- name: output_add
INSERT INTO generated_outputs
    (id, video_id, output_type, content, metadata, created_at)
VALUES ($1, $2, $3, {content_from}$4{content_to}, $5, {now_text})

-- name: output_list
SELECT {output_row} FROM generated_outputs WHERE video_id = $1
ORDER BY created_at, {row_order}

-- name: stage_get
SELECT output AS "output:json" FROM {own}stage_results
WHERE video_id = $1 AND stage = $2 AND input_hash = $3

-- name: stage_put
INSERT INTO {own}stage_results (video_id, stage, input_hash, output, created_at)
VALUES ($1, $2, $3, $4, {now_text})
ON CONFLICT (video_id, stage, input_hash) DO NOTHING

-- name: stage_replace
INSERT INTO {own}stage_results (video_id, stage, input_hash, output, created_at)
VALUES ($1, $2, $3, $4, {now_text})
ON CONFLICT (video_id, stage, input_hash) DO UPDATE
    SET output = excluded.output, created_at = excluded.created_at
