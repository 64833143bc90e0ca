-- The queue: unique jobs, order within a session, cancelling, dead letters, and
-- what is shown of a job. seq is the place among the live jobs of a session.
-- dead: it ended because nobody could do it, not for what it was asked.
-- errors: [{attempt, at, error}], of this life; progress: {done, total, text}.
ALTER TABLE director.jobs
    ADD COLUMN seq bigint NOT NULL DEFAULT 0,
    ADD COLUMN unique_key text COLLATE "C",
    ADD COLUMN cancel integer NOT NULL DEFAULT 0,
    ADD COLUMN dead integer NOT NULL DEFAULT 0,
    ADD COLUMN errors json NOT NULL DEFAULT '[]',
    ADD COLUMN progress json,
    ADD COLUMN started_ms bigint,
    ADD COLUMN finished_ms bigint;

CREATE UNIQUE INDEX jobs_unique ON director.jobs (unique_key)
    WHERE unique_key IS NOT NULL AND state IN ('queued', 'running');

DROP INDEX director.jobs_session;

CREATE INDEX jobs_session ON director.jobs (session_id, seq, id)
    WHERE session_id IS NOT NULL AND state IN ('queued', 'running');
