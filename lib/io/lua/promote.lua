-- Tickets whose time has come go to the stream.
-- KEYS: 1 later set 2 job stream. ARGV: 1 how many at most
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0,
    ARGV[1])
for _, id in ipairs(due) do
	redis.call('ZREM', KEYS[1], id)
	redis.call('XADD', KEYS[2], '*', 'id', id)
end
return #due
