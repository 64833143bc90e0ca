-- Search over chunks: see pg/search.sql. The functions are those of
-- io/store_sqlite_fn.h.

-- define: search_rows
SELECT c.id, c.transcript_id, c.chunk_index, c.chunk_text,
    c.metadata AS "metadata:json", v.id AS video_uuid, v.video_id,
    v.collection_id, v.metadata AS "video_metadata:json", found.score
FROM found JOIN transcript_chunks AS c ON c.id = found.id
JOIN transcripts AS t ON t.id = c.transcript_id
JOIN videos AS v ON v.id = t.video_id

-- define: search_scan
WITH found AS MATERIALIZED (
    SELECT c.id, vector_cosine(c.embedding, @v) AS score
    FROM transcript_chunks AS c WHERE c.embedding IS NOT NULL@x
    ORDER BY score DESC LIMIT @p)
{search_rows}

-- name: search_exact
{search_scan}

-- A scan is all there is.
-- name: search_near
{search_scan}

-- Of PostgreSQL's only.
-- name: search_count
SELECT 1

-- name: search_steer
SELECT 1

-- name: search_words
WITH best AS MATERIALIZED (
    SELECT w.rowid AS number, -w.rank AS score FROM chunk_words AS w
    WHERE w.chunk_words MATCH words_match(@v)@x ORDER BY w.rank LIMIT @p),
found AS (SELECT n.chunk_id AS id, best.score
    FROM best JOIN chunk_numbers AS n ON n.number = best.number)
{search_rows}

-- name: search_within
 AND c.transcript_id IN (SELECT t.id
    FROM videos AS v JOIN transcripts AS t ON t.video_id = v.id WHERE true@x)

-- Without the '+' the index of words is asked once for each of these chunks.
-- name: search_words_within
 AND +w.rowid IN (SELECT n.number
    FROM videos AS v JOIN transcripts AS t ON t.video_id = v.id
    JOIN transcript_chunks AS c ON c.transcript_id = t.id
    JOIN chunk_numbers AS n ON n.chunk_id = c.id WHERE true@x)

-- name: search_model
 AND c.metadata ->> 'embedding_model' = @v

-- name: search_video
 AND (v.id = @v OR v.video_id = @v)

-- name: search_collection
 AND v.collection_id = @v

-- name: search_output
 AND EXISTS (SELECT 1 FROM generated_outputs AS o
    WHERE o.video_id = v.id AND o.output_type = @v)
