-- Audio and images; an uploaded video is a row of videos. `file` is a name in
-- the folder of media, or '' where it is elsewhere.
CREATE TABLE director.media (
    id text COLLATE "C" PRIMARY KEY,
    collection_id text COLLATE "C" NOT NULL
        REFERENCES director.collections (id),
    kind text NOT NULL CHECK (kind IN ('audio', 'image')),
    name text NOT NULL,
    file text NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL
);

CREATE INDEX media_collection
    ON director.media (collection_id, kind, created_at);
