-- A call still runs. If its lease ran out meanwhile it holds its slot again.
-- KEYS: 1 slots. ARGV: 1 holder 2 lease (ms)
redis.call('ZADD', KEYS[1], now() + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 0
