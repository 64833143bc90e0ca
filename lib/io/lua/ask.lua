-- An ack is asked of the client. ARGV: 4 namespace 5 what awaits it 6 for how
-- long (ms), 0 for ever. The number of the answer is the id to use.
-- full: it owes as many as it may.
local MAX_ASKS = 1000
local s = load(ESID)
if not alive(s) then
	return { 'gone', 0, '' }
end
if redis.call('HLEN', s.S) > MAX_ASKS then
	return { 'full', 0, '' }
end
local at = 0
if tonumber(ARGV[6]) > 0 then
	at = now() + ARGV[6]
	if s.ad == 0 or at < s.ad then
		s.ad = at
		redis.call('HSET', s.S, 'ad', at)
		redis.call('ZADD', due_key(ESID), due_at(s), ESID)
	end
end
local id = redis.call('HINCRBY', s.S, 'ask', 1) - 1
redis.call('HSET', s.S, 'a:' .. ARGV[4] .. ':' .. id, at .. ' ' .. ARGV[5])
return { 'ok', id, '' }
