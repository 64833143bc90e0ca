-- The first schema. The seeds' four tables are made only where they are not: an
-- existing Supabase project is taken as it is. Everything else is in a schema of
-- our own. Columns ending in _ms are milliseconds since 1970.

-- optional
CREATE EXTENSION IF NOT EXISTS vector;

-- CREATE TABLE IF NOT EXISTS asks for the right to create before it looks.
DO $$
DECLARE
    embedding text := CASE WHEN to_regtype('vector') IS NULL
        THEN 'real[]' ELSE 'vector(1536)' END;
BEGIN
    IF to_regclass('videos') IS NULL THEN
        CREATE TABLE videos (
            id uuid PRIMARY KEY,
            video_id text NOT NULL UNIQUE,
            collection_id text NOT NULL,
            metadata jsonb NOT NULL DEFAULT '{}',
            created_at timestamptz NOT NULL DEFAULT now()
        );
    END IF;
    IF to_regclass('transcripts') IS NULL THEN
        CREATE TABLE transcripts (
            id uuid PRIMARY KEY,
            video_id uuid NOT NULL UNIQUE
                REFERENCES videos (id) ON DELETE CASCADE,
            full_text text NOT NULL,
            metadata jsonb NOT NULL DEFAULT '{}',
            created_at timestamptz NOT NULL DEFAULT now()
        );
    END IF;
    IF to_regclass('transcript_chunks') IS NULL THEN
        EXECUTE 'CREATE TABLE transcript_chunks (
            id uuid PRIMARY KEY,
            transcript_id uuid NOT NULL
                REFERENCES transcripts (id) ON DELETE CASCADE,
            chunk_text text NOT NULL,
            chunk_index integer NOT NULL,
            embedding ' || embedding || ',
            metadata jsonb NOT NULL DEFAULT ''{}'',
            created_at timestamptz NOT NULL DEFAULT now(),
            UNIQUE (transcript_id, chunk_index)
        )';
    END IF;
    IF to_regclass('generated_outputs') IS NULL THEN
        CREATE TABLE generated_outputs (
            id uuid PRIMARY KEY,
            video_id uuid NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
            output_type text NOT NULL,
            content text NOT NULL,
            metadata jsonb NOT NULL DEFAULT '{}',
            created_at timestamptz NOT NULL DEFAULT now()
        );
    END IF;
END
$$;

CREATE SCHEMA IF NOT EXISTS director;

-- Text for generated_outputs.content, which is jsonb in some projects: an object
-- or array is one there, all else a string. Made into a row of the table, a
-- column of text gets what was given, byte by byte.
CREATE FUNCTION director.content_record(content text) RETURNS json
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF content ~ '^[[{].*[]}]$' THEN
        PERFORM content::jsonb;
        RETURN json_build_object('content', content::json);
    END IF;
    RETURN json_build_object('content', content);
EXCEPTION WHEN data_exception THEN
    RETURN json_build_object('content', content);
END
$$;

-- One row: which schema this is, and the store's own name.
CREATE TABLE director.store_meta (
    only_row integer PRIMARY KEY CHECK (only_row = 1),
    version bigint NOT NULL,
    uuid text NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE director.collections (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    description text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

-- The first collection of a list is the page's default one; its id must not be
-- the word `default`.
INSERT INTO director.collections (id, name) VALUES ('c-main', 'Main collection');

-- What a stage made of an input, so that a retry resumes. References to tables
-- that may be somebody else's are not declared.
CREATE TABLE director.stage_results (
    video_id uuid NOT NULL,
    stage text NOT NULL,
    input_hash text NOT NULL,
    output json NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (video_id, stage, input_hash)
);

-- principal '' is nobody known. video_id and collection_id are the client's
-- words, not references.
CREATE TABLE director.sessions (
    session_id text COLLATE "C" PRIMARY KEY,
    principal text COLLATE "C" NOT NULL DEFAULT '',
    video_id text,
    collection_id text,
    name text,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    metadata json NOT NULL DEFAULT '{}'
);

CREATE INDEX sessions_recent ON director.sessions (principal, updated_ms);

-- output_id of an input names the message that answers it. seq is the order
-- within the session. watched: the history was read while in progress.
CREATE TABLE director.conversations (
    session_id text COLLATE "C" NOT NULL
        REFERENCES director.sessions (session_id) ON DELETE CASCADE,
    msg_id text COLLATE "C" NOT NULL,
    conv_id text COLLATE "C" NOT NULL,
    msg_type text NOT NULL CHECK (msg_type IN ('input', 'output')),
    output_id text,
    agents json NOT NULL DEFAULT '[]',
    actions json NOT NULL DEFAULT '[]',
    content json NOT NULL DEFAULT '[]',
    status text NOT NULL
        CHECK (status IN ('progress', 'success', 'error')),
    rev bigint NOT NULL DEFAULT 0,
    watched integer NOT NULL DEFAULT 0,
    seq bigint NOT NULL,
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    metadata json NOT NULL DEFAULT '{}',
    PRIMARY KEY (session_id, msg_id),
    UNIQUE (session_id, seq)
);

CREATE INDEX conversations_open ON director.conversations (session_id)
    WHERE status = 'progress';

CREATE TABLE director.context_messages (
    session_id text COLLATE "C" PRIMARY KEY
        REFERENCES director.sessions (session_id) ON DELETE CASCADE,
    context_data json NOT NULL DEFAULT '{}',
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL,
    metadata json NOT NULL DEFAULT '{}'
);

-- due_ms: when a queued job may start, or when the lease of a running one runs
-- out; so what needs a ticket is one condition. ticket_ms: when the last ticket
-- was written, 0 for none. session_id is no reference: the job outlives it.
CREATE TABLE director.jobs (
    id text COLLATE "C" PRIMARY KEY,
    type text NOT NULL,
    payload json NOT NULL,
    session_id text,
    state text NOT NULL DEFAULT 'queued' CHECK
        (state IN ('queued', 'running', 'success', 'error', 'cancelled')),
    token bigint NOT NULL DEFAULT 0,
    tries integer NOT NULL DEFAULT 0,
    deaths integer NOT NULL DEFAULT 0,
    due_ms bigint NOT NULL,
    ticket_ms bigint NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    created_ms bigint NOT NULL,
    updated_ms bigint NOT NULL
);

CREATE INDEX jobs_open ON director.jobs (ticket_ms, due_ms)
    WHERE state IN ('queued', 'running');

CREATE INDEX jobs_state ON director.jobs (state);

CREATE INDEX jobs_session ON director.jobs (session_id)
    WHERE state IN ('queued', 'running');
