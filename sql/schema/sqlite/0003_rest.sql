-- A video may name a collection that nobody has made.
CREATE TRIGGER videos_collection_insert
BEFORE INSERT ON videos BEGIN
    INSERT OR IGNORE INTO collections (id, name, created_at)
    VALUES (new.collection_id, new.collection_id,
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
END;

CREATE TRIGGER videos_collection_update
BEFORE UPDATE OF collection_id ON videos BEGIN
    INSERT OR IGNORE INTO collections (id, name, created_at)
    VALUES (new.collection_id, new.collection_id,
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));
END;

-- Lists go by these; the old ones had no key at their end.
DROP INDEX videos_collection;

DROP INDEX videos_created;

CREATE INDEX videos_collection ON videos (collection_id, created_at, id);

CREATE INDEX videos_created ON videos (created_at, id);

CREATE INDEX transcripts_created ON transcripts (created_at, id);

CREATE INDEX generated_outputs_created ON generated_outputs (created_at, id);

-- Answers to requests with an Idempotency-Key.
CREATE TABLE once (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    created_ms INTEGER NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX once_created ON once (created_ms);
