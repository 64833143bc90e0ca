-- Run on every new connection. synchronous FULL: in WAL mode NORMAL loses the
-- last commits when the power goes. The size limit gives the disk back after
-- a large transaction.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cell_size_check = ON;
PRAGMA temp_store = MEMORY;
PRAGMA journal_size_limit = 16777216;
