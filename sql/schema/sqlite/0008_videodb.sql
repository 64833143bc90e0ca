-- What the store has of VideoDB: `id` is theirs, `local_id` ours, which is the
-- same but for collections. `hash` is of what they said last, so that a change
-- made here stays until they make one. `made`: the row is here because of them,
-- and goes when theirs does. `deleted_ms`: it was deleted here and is to be
-- there, too; 0: not; negative: there, too. Such a row stays for a while: a list
-- that was being read meanwhile may still name it.
CREATE TABLE videodb (
    kind TEXT NOT NULL
        CHECK (kind IN ('collection', 'video', 'audio', 'image')),
    id TEXT NOT NULL,
    local_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    made INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    deleted_ms INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX videodb_local ON videodb (kind, local_id);

CREATE INDEX videodb_deleted ON videodb (deleted_ms) WHERE deleted_ms > 0;

-- What VideoDB works at for a job, and where it will be; no reference: the job
-- may be gone first.
CREATE TABLE videodb_calls (
    job_id TEXT PRIMARY KEY NOT NULL,
    step TEXT NOT NULL,
    output_url TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    since_ms INTEGER NOT NULL
) STRICT;

-- When the lists were last asked to be read, and were.
CREATE TABLE videodb_state (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    asked_ms INTEGER NOT NULL,
    mirrored_ms INTEGER NOT NULL
) STRICT;

INSERT INTO videodb_state (only_row, asked_ms, mirrored_ms) VALUES (1, 0, 0);
