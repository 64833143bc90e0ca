-- The first schema. Ids of the four tables of the Supabase schema are uuids as
-- text, JSON is text, created_at is RFC 3339 in UTC with milliseconds, an
-- embedding is 1536 little-endian float32. Columns ending in _ms are
-- milliseconds since 1970.

-- One row: which schema this is, and the store's own name.
CREATE TABLE store_meta (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    version INTEGER NOT NULL,
    uuid TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE collections (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL
) STRICT;

-- The first collection of a list is the page's default one; its id must not be
-- the word `default`.
INSERT INTO collections (id, name, description, created_at)
VALUES ('c-main', 'Main collection', '',
    strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));

CREATE TABLE videos (
    id TEXT PRIMARY KEY NOT NULL,
    video_id TEXT NOT NULL UNIQUE,
    collection_id TEXT NOT NULL REFERENCES collections (id),
    metadata TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL
) STRICT;

CREATE INDEX videos_collection ON videos (collection_id, created_at);

CREATE INDEX videos_created ON videos (created_at);

CREATE TABLE transcripts (
    id TEXT PRIMARY KEY NOT NULL,
    video_id TEXT NOT NULL UNIQUE REFERENCES videos (id) ON DELETE CASCADE,
    full_text TEXT NOT NULL,
    metadata TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE transcript_chunks (
    id TEXT PRIMARY KEY NOT NULL,
    transcript_id TEXT NOT NULL REFERENCES transcripts (id) ON DELETE CASCADE,
    chunk_text TEXT NOT NULL,
    chunk_index INTEGER NOT NULL,
    embedding BLOB CHECK (embedding IS NULL OR length(embedding) = 6144),
    metadata TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL,
    UNIQUE (transcript_id, chunk_index)
) STRICT;

CREATE TABLE generated_outputs (
    id TEXT PRIMARY KEY NOT NULL,
    video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    output_type TEXT NOT NULL,
    content TEXT NOT NULL,
    metadata TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL
) STRICT;

CREATE INDEX generated_outputs_video
    ON generated_outputs (video_id, output_type, created_at);

-- What a stage made of an input, so that a retry resumes.
CREATE TABLE stage_results (
    video_id TEXT NOT NULL REFERENCES videos (id) ON DELETE CASCADE,
    stage TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    output TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (video_id, stage, input_hash)
) STRICT;

-- principal '' is nobody known. video_id and collection_id are the client's
-- words, not references.
CREATE TABLE sessions (
    session_id TEXT PRIMARY KEY NOT NULL,
    principal TEXT NOT NULL DEFAULT '',
    video_id TEXT,
    collection_id TEXT,
    name TEXT,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    metadata TEXT NOT NULL DEFAULT '{}'
) STRICT;

CREATE INDEX sessions_recent ON sessions (principal, updated_ms);

-- output_id of an input names the message that answers it. seq is the order
-- within the session. watched: the history was read while in progress.
CREATE TABLE conversations (
    session_id TEXT NOT NULL
        REFERENCES sessions (session_id) ON DELETE CASCADE,
    msg_id TEXT NOT NULL,
    conv_id TEXT NOT NULL,
    msg_type TEXT NOT NULL CHECK (msg_type IN ('input', 'output')),
    output_id TEXT,
    agents TEXT NOT NULL DEFAULT '[]',
    actions TEXT NOT NULL DEFAULT '[]',
    content TEXT NOT NULL DEFAULT '[]',
    status TEXT NOT NULL
        CHECK (status IN ('progress', 'success', 'error')),
    rev INTEGER NOT NULL DEFAULT 0,
    watched INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    metadata TEXT NOT NULL DEFAULT '{}',
    PRIMARY KEY (session_id, msg_id),
    UNIQUE (session_id, seq)
) STRICT;

CREATE INDEX conversations_open ON conversations (session_id)
    WHERE status = 'progress';

CREATE TABLE context_messages (
    session_id TEXT PRIMARY KEY NOT NULL
        REFERENCES sessions (session_id) ON DELETE CASCADE,
    context_data TEXT NOT NULL DEFAULT '{}',
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL,
    metadata TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- due_ms: when a queued job may start, or when the lease of a running one runs
-- out; so what needs a ticket is one condition. ticket_ms: when the last ticket
-- was written, 0 for none. session_id is no reference: the job outlives it.
CREATE TABLE jobs (
    id TEXT PRIMARY KEY NOT NULL,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,
    session_id TEXT,
    state TEXT NOT NULL DEFAULT 'queued' CHECK
        (state IN ('queued', 'running', 'success', 'error', 'cancelled')),
    token INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    deaths INTEGER NOT NULL DEFAULT 0,
    due_ms INTEGER NOT NULL,
    ticket_ms INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
) STRICT;

-- Ticket first: a long queue whose tickets are out costs a sweep nothing.
CREATE INDEX jobs_open ON jobs (ticket_ms, due_ms)
    WHERE state IN ('queued', 'running');

CREATE INDEX jobs_state ON jobs (state);

CREATE INDEX jobs_session ON jobs (session_id)
    WHERE state IN ('queued', 'running');
