-- The queue: unique jobs, order within a session, cancelling, dead letters, and
-- what is shown of a job. seq is the place among the live jobs of a session.
-- dead: it ended because nobody could do it, not for what it was asked.
-- errors: [{attempt, at, error}], of this life; progress: {done, total, text}.
ALTER TABLE jobs ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;

ALTER TABLE jobs ADD COLUMN unique_key TEXT;

ALTER TABLE jobs ADD COLUMN cancel INTEGER NOT NULL DEFAULT 0;

ALTER TABLE jobs ADD COLUMN dead INTEGER NOT NULL DEFAULT 0;

ALTER TABLE jobs ADD COLUMN errors TEXT NOT NULL DEFAULT '[]';

ALTER TABLE jobs ADD COLUMN progress TEXT;

ALTER TABLE jobs ADD COLUMN started_ms INTEGER;

ALTER TABLE jobs ADD COLUMN finished_ms INTEGER;

CREATE UNIQUE INDEX jobs_unique ON jobs (unique_key)
    WHERE unique_key IS NOT NULL AND state IN ('queued', 'running');

DROP INDEX jobs_session;

CREATE INDEX jobs_session ON jobs (session_id, seq, id)
    WHERE session_id IS NOT NULL AND state IN ('queued', 'running');
