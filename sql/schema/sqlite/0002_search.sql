-- The words of the chunks. FTS5 keeps the index only and reads the text where
-- it is; it knows a chunk by a number. An implicit rowid will not do: VACUUM
-- and a dump may give new ones.

CREATE TABLE chunk_numbers (
    number INTEGER PRIMARY KEY NOT NULL,
    chunk_id TEXT NOT NULL UNIQUE
) STRICT;

CREATE VIEW chunk_texts AS
SELECT n.number, c.chunk_text
FROM chunk_numbers n JOIN transcript_chunks c ON c.id = n.chunk_id;

-- As PostgreSQL's configuration `simple`: no stems, accents count.
CREATE VIRTUAL TABLE chunk_words USING fts5 (
    chunk_text, content = 'chunk_texts', content_rowid = 'number',
    tokenize = 'unicode61 remove_diacritics 0'
);

INSERT INTO chunk_numbers (chunk_id) SELECT id FROM transcript_chunks;

INSERT INTO chunk_words (chunk_words) VALUES ('rebuild');

CREATE TRIGGER chunk_words_insert AFTER INSERT ON transcript_chunks
BEGIN
    INSERT INTO chunk_numbers (chunk_id) VALUES (new.id);
    INSERT INTO chunk_words (rowid, chunk_text)
    SELECT number, new.chunk_text FROM chunk_numbers WHERE chunk_id = new.id;
END;

-- FTS5 takes words out of its index by being told the text they came from.
CREATE TRIGGER chunk_words_delete AFTER DELETE ON transcript_chunks
BEGIN
    INSERT INTO chunk_words (chunk_words, rowid, chunk_text)
    SELECT 'delete', number, old.chunk_text
    FROM chunk_numbers WHERE chunk_id = old.id;
    DELETE FROM chunk_numbers WHERE chunk_id = old.id;
END;

CREATE TRIGGER chunk_words_update AFTER UPDATE OF id, chunk_text
ON transcript_chunks
BEGIN
    INSERT INTO chunk_words (chunk_words, rowid, chunk_text)
    SELECT 'delete', number, old.chunk_text
    FROM chunk_numbers WHERE chunk_id = old.id;
    UPDATE chunk_numbers SET chunk_id = new.id WHERE chunk_id = old.id;
    INSERT INTO chunk_words (rowid, chunk_text)
    SELECT number, new.chunk_text FROM chunk_numbers WHERE chunk_id = new.id;
END;
