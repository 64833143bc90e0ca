-- An ack is asked of the client. ARGV: 4 namespace 5 what awaits it
-- The answer's ms is the id to use.
local s = load()
if not alive(s) then
	return { 'gone', 0, '' }
end
local id = redis.call('HINCRBY', S, 'ask', 1) - 1
redis.call('HSET', S, 'a:' .. ARGV[4] .. ':' .. id, ARGV[5])
return { 'ok', id, '' }
