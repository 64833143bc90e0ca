-- Search over chunks. @v is what is looked for (an embedding, or text), @p how
-- many are wanted, @x the filters. The rows are put in order by the caller.

-- define: search_rows
SELECT c.id, c.transcript_id, c.chunk_index, c.chunk_text,
    c.metadata AS "metadata:json", v.id AS video_uuid, v.video_id,
    v.collection_id, v.metadata AS "video_metadata:json", found.score
FROM found JOIN transcript_chunks AS c ON c.id = found.id
JOIN transcripts AS t ON t.id = c.transcript_id
JOIN videos AS v ON v.id = t.video_id

-- A vector of zeros has no cosine: NaN, which is greater than all numbers.
-- define: search_found
found AS (SELECT id, 1 - distance AS score FROM near WHERE distance <= 2)

-- Of all chunks that there may be; no index of vectors.
-- name: search_exact
WITH chosen AS MATERIALIZED (
    SELECT c.id, c.embedding FROM transcript_chunks AS c
    WHERE c.embedding IS NOT NULL@x),
near AS MATERIALIZED (
    SELECT id, embedding <=> @v::real[]::vector AS distance FROM chosen
    ORDER BY distance LIMIT @p::bigint),
{search_found}
{search_rows}

-- By the index, steered. It gives them slightly out of order, and finds more of
-- what is near when it has to look for candidates a second time, which 1,010 make
-- it do. The best of them are taken without a sort that the planner sees, as it
-- was told not to sort.
-- name: search_near
WITH near AS MATERIALIZED (
    SELECT c.id, c.embedding <=> @v::real[]::vector AS distance
    FROM transcript_chunks AS c WHERE c.embedding IS NOT NULL@x
    ORDER BY c.embedding <=> @v::real[]::vector LIMIT 1010),
sorted AS (
    SELECT array_agg(id ORDER BY distance) AS ids,
        array_agg(1 - distance ORDER BY distance) AS scores
    FROM near WHERE distance <= 2),
found AS (
    SELECT best.id, best.score FROM sorted,
        unnest(ids[:@p::bigint], scores[:@p::bigint]) AS best (id, score))
{search_rows}

-- How many chunks there may be, up to @v. No row: no pgvector, or no vectors in
-- the table.
-- name: search_count
SELECT (SELECT count(*) FROM (SELECT 1 FROM transcript_chunks AS c
        WHERE c.embedding IS NOT NULL@x LIMIT @v::bigint) AS counted) AS chunks
FROM pg_extension
WHERE extname = 'vector' AND EXISTS (SELECT 1 FROM pg_attribute
    WHERE attrelid = to_regclass('transcript_chunks')
        AND attname = 'embedding' AND atttypid = to_regtype('vector'))

-- Settings for the index, until the end of the transaction. It looks at 1,000
-- candidates at once, its maximum: with 200 it misses a third. A pgvector
-- from 0.8 on goes on until enough have passed the filters, an older one does
-- not. The rest keeps the planner at the index: it takes reading an embedding for
-- as cheap as reading a number, so it would rather read and sort them all.
-- name: search_steer
SELECT
    set_config('hnsw.ef_search', '1000', true),
    CASE WHEN iterates THEN
        set_config('hnsw.iterative_scan', 'relaxed_order', true) END,
    CASE WHEN iterates THEN
        set_config('hnsw.max_scan_tuples', '200000', true) END,
    CASE WHEN iterates THEN
        set_config('hnsw.scan_mem_multiplier', '8', true) END,
    set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('enable_sort', 'off', true),
    set_config('jit', 'off', true)
FROM (SELECT string_to_array(extversion, '.')::int[] >= '{0,8}' AS iterates
    FROM pg_extension WHERE extname = 'vector') AS pgvector

-- Text without the marks of ASCII, as FTS5 takes it: else a host or an address is
-- one word. As in the index (sql/schema/pg/always.sql).
-- define: search_text
regexp_replace(chunk_text,
    '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u007F]+', ' ', 'g')

-- To rank a match its words are counted anew, so only that many are looked at.
-- name: search_words
WITH matching AS MATERIALIZED (
    SELECT c.id, c.chunk_text FROM transcript_chunks AS c
    WHERE to_tsvector('simple', {search_text})
        @@ websearch_to_tsquery('simple', @v::text)@x LIMIT 4000),
found AS MATERIALIZED (
    SELECT id, ts_rank_cd(to_tsvector('simple', {search_text}),
        websearch_to_tsquery('simple', @v::text), 1) AS score
    FROM matching ORDER BY score DESC, id LIMIT @p::bigint)
{search_rows}

-- define: within
 AND c.transcript_id IN (SELECT t.id
    FROM videos AS v JOIN transcripts AS t ON t.video_id = v.id WHERE true@x)

-- name: search_within
{within}

-- name: search_words_within
{within}

-- name: search_model
 AND c.metadata::jsonb ->> 'embedding_model' = @v::text

-- name: search_video
 AND (v.video_id = @v::text OR v.id =
    CASE WHEN @v ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$'
    THEN @v::uuid END)

-- name: search_collection
 AND v.collection_id = @v::text

-- name: search_output
 AND EXISTS (SELECT 1 FROM generated_outputs AS o
    WHERE o.video_id = v.id AND o.output_type = @v::text)
