-- Run whenever the store is brought up to date, behind the migrations, each
-- statement by itself: what may have become possible or missing meanwhile. In a
-- foreign schema most of it may fail, and nothing depends on it but speed.

-- pgvector may have come later than the table.
-- optional
DO $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM pg_available_extensions WHERE name = 'vector') THEN
        CREATE EXTENSION IF NOT EXISTS vector;
    END IF;
END
$$;

-- optional
DO $$
BEGIN
    IF to_regtype('vector') IS NOT NULL AND EXISTS (
        SELECT 1 FROM pg_attribute
        WHERE attrelid = 'transcript_chunks'::regclass
            AND attname = 'embedding' AND atttypid = 'real[]'::regtype) THEN
        EXECUTE 'ALTER TABLE transcript_chunks
            ALTER COLUMN embedding TYPE vector(1536)
            USING embedding::vector(1536)';
    END IF;
END
$$;

-- optional
CREATE INDEX IF NOT EXISTS videos_video_id ON videos (video_id);

-- optional
CREATE INDEX IF NOT EXISTS videos_created ON videos (created_at, id);

-- optional
CREATE INDEX IF NOT EXISTS videos_collection
    ON videos (collection_id, created_at, id);

-- optional
CREATE INDEX IF NOT EXISTS transcripts_video ON transcripts (video_id);

-- optional
CREATE INDEX IF NOT EXISTS transcripts_created ON transcripts (created_at, id);

-- optional
CREATE INDEX IF NOT EXISTS transcript_chunks_transcript
    ON transcript_chunks (transcript_id, chunk_index);

-- optional
DROP INDEX IF EXISTS transcript_chunks_words;

-- As sql/part/pg/search.sql asks.
-- optional
CREATE INDEX IF NOT EXISTS transcript_chunks_text
    ON transcript_chunks USING gin (to_tsvector('simple',
    regexp_replace(chunk_text,
    '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u007F]+', ' ', 'g')));

-- More links and candidates than by default (16, 64): hashed words have many
-- dimensions, and the nearest were missed too often.
-- optional
DO $$
BEGIN
    IF EXISTS (SELECT 1 FROM pg_am WHERE amname = 'hnsw') THEN
        CREATE INDEX IF NOT EXISTS transcript_chunks_embedding
            ON transcript_chunks USING hnsw (embedding vector_cosine_ops)
            WITH (m = 24, ef_construction = 128);
    END IF;
END
$$;

-- optional
CREATE INDEX IF NOT EXISTS generated_outputs_video
    ON generated_outputs (video_id, output_type, created_at);

-- optional
CREATE INDEX IF NOT EXISTS generated_outputs_created
    ON generated_outputs (created_at, id);

-- For who asks PostgreSQL itself what is in training data. Text of another type
-- need not be JSON, nor be anything where content is jsonb already.
-- optional
CREATE INDEX IF NOT EXISTS generated_outputs_training
    ON generated_outputs USING gin ((content::jsonb))
    WHERE output_type = 'training_data';

-- optional
DO $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM pg_constraint WHERE conname = 'stage_results_video') THEN
        ALTER TABLE director.stage_results ADD CONSTRAINT stage_results_video
            FOREIGN KEY (video_id) REFERENCES videos (id) ON DELETE CASCADE;
    END IF;
END
$$;

-- Videos of an existing project name collections that nobody has made here.
INSERT INTO director.collections (id, name)
SELECT DISTINCT collection_id, collection_id FROM videos
WHERE collection_id IS NOT NULL
ON CONFLICT (id) DO NOTHING;
