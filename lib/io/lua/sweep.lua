-- Claim what is due in a shard: KEYS 1 its due set. ARGV: 4 how long (ms) the
-- claim lasts 5 how many at most. The answer is the esids as packets.
local t = now()
local answer = { 'ok', 0, '' }
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', t, 'LIMIT', 0,
    ARGV[5])) do
	redis.call('ZADD', KEYS[1], t + ARGV[4], id)
	answer[#answer + 1] = id
end
return answer
