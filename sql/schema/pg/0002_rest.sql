-- Answers to requests with an Idempotency-Key.
CREATE TABLE director.once (
    principal text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    fingerprint text NOT NULL,
    answer text NOT NULL DEFAULT '',
    created_ms bigint NOT NULL,
    PRIMARY KEY (principal, key)
);

CREATE INDEX once_created ON director.once (created_ms);
