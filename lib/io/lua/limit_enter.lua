-- A call to a provider wants to begin: it gets a slot, and a part of the rate.
-- KEYS: 1 slots, holder -> when its lease ends (ms) 2 rate: `full`, when the
--       bucket is full again (us), `pause`, until when nobody is to call (ms)
-- ARGV: 1 holder 2 how many slots, 0: any 3 lease (ms)
--       4 time between two calls (us), 0: any 5 how many may come at once
--       6 when to ask again (ms) if there is no slot
-- 0: it may begin; else how long (ms) to wait before asking again.
local time = redis.call('TIME')
local us = time[1] * 1000000 + time[2]
local t = math.floor(us / 1000)
local f = redis.call('HMGET', KEYS[2], 'full', 'pause')
local pause = tonumber(f[2] or 0)
if pause > t then
	return pause - t
end
local slots, between = tonumber(ARGV[2]), tonumber(ARGV[4])
if slots > 0 then
	redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', t)
	if redis.call('ZCARD', KEYS[1]) >= slots then
		return tonumber(ARGV[6])
	end
end
if between > 0 then
	local full = math.max(tonumber(f[1] or 0), us)
	local early = full - us - (ARGV[5] - 1) * between
	if early > 0 then
		return math.ceil(early / 1000)
	end
	full = full + between
	redis.call('HSET', KEYS[2], 'full', string.format('%.0f', full))
	redis.call('PEXPIRE', KEYS[2], math.ceil((full - us) / 1000) + SLACK_MS)
end
if slots > 0 then
	redis.call('ZADD', KEYS[1], t + ARGV[3], ARGV[1])
	redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
return 0
