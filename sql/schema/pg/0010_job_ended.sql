-- Jobs that ended go after a while. Rows of before 0006 do not say when they did.
-- life: how often it was run again by hand. unknown_ms: since when only workers
-- have had it that do not know its type.
ALTER TABLE director.jobs
    ADD COLUMN life bigint NOT NULL DEFAULT 0,
    ADD COLUMN unknown_ms bigint;

UPDATE director.jobs SET finished_ms = updated_ms
WHERE finished_ms IS NULL AND state NOT IN ('queued', 'running');

CREATE INDEX jobs_ended ON director.jobs (dead, finished_ms)
    WHERE finished_ms IS NOT NULL;

-- Large, and of use to one request only.
CREATE INDEX jobs_vectors ON director.jobs (finished_ms)
    WHERE finished_ms IS NOT NULL AND type = 'embed' AND result IS NOT NULL;

-- When those that ended were last looked through.
CREATE TABLE director.jobs_tidied (
    only_row bigint PRIMARY KEY CHECK (only_row = 1),
    tidied_ms bigint NOT NULL
);

INSERT INTO director.jobs_tidied (only_row, tidied_ms) VALUES (1, 0);
