-- What a job has made, for those who wait for it: a JSON object, or NULL.
ALTER TABLE director.jobs ADD COLUMN result json;
