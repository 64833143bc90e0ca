-- An ack came from the client: ARGV: 4 namespace 5 id. The answer's text is
-- what awaited it, once; "gone" when nothing did.
local field = 'a:' .. ARGV[4] .. ':' .. ARGV[5]
local waiting = redis.call('HGET', S, field)
if not waiting then
	return { 'gone', 0, '' }
end
redis.call('HDEL', S, field)
return { 'ok', 0, waiting }
