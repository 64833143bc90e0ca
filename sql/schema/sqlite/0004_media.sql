-- Audio and images; an uploaded video is a row of videos. `file` is a name in
-- the folder of media, or '' where it is elsewhere.
CREATE TABLE media (
    id TEXT PRIMARY KEY NOT NULL,
    collection_id TEXT NOT NULL REFERENCES collections (id),
    kind TEXT NOT NULL CHECK (kind IN ('audio', 'image')),
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    metadata TEXT NOT NULL DEFAULT '{}',
    created_at TEXT NOT NULL
) STRICT;

CREATE INDEX media_collection ON media (collection_id, kind, created_at);
