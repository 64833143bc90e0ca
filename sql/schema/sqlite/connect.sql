-- Run on every new connection. synchronous FULL: in WAL mode NORMAL loses the
-- last commits when the power goes. The size limit gives the disk back after
-- a large transaction. trusted_schema ON: the index of words is kept by
-- triggers, and FTS5 of SQLite 3.40 does not call itself innocuous; the
-- connections have no function or table that a schema could do harm with.
-- mmap_size: a search reads every embedding; 10,000 of them take 9 ms of CPU
-- through a map and 30 ms in pages copied by read(). A map of these is enough:
-- what is mapped counts as resident, for each connection. No cell_size_check: of
-- a map it would check a page whenever that is looked at, not when it is read, and
-- a list of 50 rows in a file of 20 MB took 220 us instead of 130.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = ON;
PRAGMA mmap_size = 100663296;
PRAGMA temp_store = MEMORY;
PRAGMA journal_size_limit = 16777216;
