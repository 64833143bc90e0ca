-- A provider said when it wants to be asked again.
-- KEYS: 1 rate. ARGV: 1 for how long (ms) nobody is to call
local till = now() + ARGV[1]
if till > tonumber(redis.call('HGET', KEYS[1], 'pause') or 0) then
	redis.call('HSET', KEYS[1], 'pause', till)
	local ttl = ARGV[1] + SLACK_MS
	if redis.call('PTTL', KEYS[1]) < ttl then
		redis.call('PEXPIRE', KEYS[1], ttl)
	end
end
return 0
