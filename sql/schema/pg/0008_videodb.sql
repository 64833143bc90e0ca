-- What the store has of VideoDB: `id` is theirs, `local_id` ours, which is the
-- same but for collections. `hash` is of what they said last, so that a change
-- made here stays until they make one. `made`: the row is here because of them,
-- and goes when theirs does. `deleted_ms`: it was deleted here and is to be
-- there, too; 0: not; negative: there, too. Such a row stays for a while: a list
-- that was being read meanwhile may still name it.
CREATE TABLE director.videodb (
    kind text COLLATE "C" NOT NULL
        CHECK (kind IN ('collection', 'video', 'audio', 'image')),
    id text COLLATE "C" NOT NULL,
    local_id text COLLATE "C" NOT NULL,
    hash text NOT NULL,
    made bigint NOT NULL,
    since_ms bigint NOT NULL,
    deleted_ms bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
);

CREATE UNIQUE INDEX videodb_local ON director.videodb (kind, local_id);

CREATE INDEX videodb_deleted ON director.videodb (deleted_ms)
    WHERE deleted_ms > 0;

-- What VideoDB works at for a job, and where it will be; no reference: the job
-- may be gone first.
CREATE TABLE director.videodb_calls (
    job_id text COLLATE "C" PRIMARY KEY,
    step text NOT NULL,
    output_url text NOT NULL,
    failures bigint NOT NULL DEFAULT 0,
    since_ms bigint NOT NULL
);

-- When the lists were last asked to be read, and were.
CREATE TABLE director.videodb_state (
    only_row bigint PRIMARY KEY CHECK (only_row = 1),
    asked_ms bigint NOT NULL,
    mirrored_ms bigint NOT NULL
);

INSERT INTO director.videodb_state (only_row, asked_ms, mirrored_ms)
VALUES (1, 0, 0);
