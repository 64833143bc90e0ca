-- The lists that REST clients may ask for: which columns, and how a row is
-- addressed. In a filter's place the builder puts what it made of the request;
-- $1 is the caller's principal, $2 the one whose rows are everybody's ('' while
-- all callers are the same person, else $1 once more).

-- list: collections
-- one: collection
-- order: created_at.asc
-- column: id text filter order
-- column: name text filter order
-- column: description text filter
-- column: created_at time filter order
-- key: id = @v
FROM {own}collections WHERE true

-- list: videos
-- one: video
-- order: created_at.desc indexed
-- column: id uuid filter order indexed
-- column: video_id text filter order foreign indexed
-- column: collection_id text filter order foreign indexed
-- column: metadata json filter order foreign
-- column: created_at time filter order foreign
-- uuid: id = {v_uuid}
-- key: video_id = @v ORDER BY created_at, id
FROM videos WHERE true

-- list: transcripts
-- one: transcript
-- order: created_at.desc
-- column: id uuid filter order
-- column: video_id uuid filter foreign
-- column: full_text text filter
-- column: metadata json filter order foreign
-- column: created_at time filter order foreign
-- uuid: id = {v_uuid}
FROM transcripts WHERE true

-- list: chunks
-- one: chunk
-- order: transcript_id.asc,chunk_index.asc
-- column: id uuid filter order = c.id
-- column: transcript_id uuid filter order foreign
-- column: video_id uuid filter foreign = t.video_id
-- column: chunk_text text filter
-- column: chunk_index int filter order foreign
-- column: metadata json filter order foreign = c.metadata
-- column: created_at time filter order foreign = c.created_at
-- uuid: c.id = {v_uuid}
FROM transcript_chunks AS c JOIN transcripts AS t ON t.id = c.transcript_id
WHERE true

-- list: outputs
-- one: output
-- order: created_at.desc
-- column: id uuid filter order
-- column: video_id uuid filter order foreign
-- column: output_type text filter order foreign
-- column: content text foreign
-- column: metadata json filter order foreign
-- column: created_at time filter order foreign
-- uuid: id = {v_uuid}
FROM generated_outputs WHERE true

-- Outputs that hold examples, with what can be filtered by of their videos.
-- list: training
-- one: training data
-- order: created_at.asc
-- column: id uuid filter = o.id
-- column: video_id uuid filter foreign = o.video_id
-- column: external_id text filter foreign = v.video_id
-- column: collection_id text filter foreign = v.collection_id
-- column: created_at time filter order foreign = o.created_at
-- column: content text foreign = o.content
-- uuid: o.id = {v_uuid}
FROM generated_outputs AS o JOIN videos AS v ON v.id = o.video_id
WHERE o.output_type = 'training_data'

-- list: sessions
-- one: session
-- order: updated_at.desc
-- column: session_id text filter order
-- column: video_id text filter order null
-- column: collection_id text filter order null
-- column: name text filter order null
-- column: metadata json filter
-- column: created_at msec filter order = created_ms
-- column: updated_at msec filter order = updated_ms
-- key: session_id = @v
FROM {own}sessions WHERE principal IN ($1, $2)

-- list: messages
-- one: message
-- order: session_id.asc,seq.asc
-- column: msg_id text filter order
-- column: session_id text filter order key = m.session_id
-- column: conv_id text filter order
-- column: msg_type text filter
-- column: agents json = m.agents
-- column: actions json = m.actions
-- column: content json = m.content
-- column: status text filter
-- column: seq int filter order
-- column: metadata json filter = m.metadata
-- column: created_at msec filter order = m.created_ms
-- column: updated_at msec filter order = m.updated_ms
-- key: msg_id = @v
FROM {own}conversations AS m JOIN {own}sessions AS s USING (session_id)
WHERE s.principal IN ($1, $2)

-- list: jobs
-- one: job
-- order: created_at.desc
-- column: id text filter order = j.id
-- column: type text filter order
-- column: state text filter order
-- column: dead int filter order
-- column: attempts int filter order = j.token
-- column: tries int filter order
-- column: deaths int filter order
-- column: error text
-- column: errors json = j.errors
-- column: progress json null = j.progress
-- column: result json null
-- column: session_id text filter null = j.session_id
-- column: created_at msec filter order = j.created_ms
-- column: started_at msec filter order null = j.started_ms
-- column: finished_at msec filter order null = j.finished_ms
-- column: updated_at msec filter order = j.updated_ms
-- key: j.id = @v
FROM {own}jobs AS j LEFT JOIN {own}sessions AS s USING (session_id)
WHERE (j.session_id IS NULL OR s.principal IN ($1, $2))
