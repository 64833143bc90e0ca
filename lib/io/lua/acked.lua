-- An ack came from the client: ARGV: 4 namespace 5 id. The answer's text is
-- what awaited it, once; "gone" when nothing did, or not so long.
local field = 'a:' .. ARGV[4] .. ':' .. ARGV[5]
local waiting = redis.call('HGET', KEYS[1], field)
if not waiting then
	return { 'gone', 0, '' }
end
local at, state = string.match(waiting, '^(%d+) (.*)$')
if tonumber(at) > 0 and now() >= tonumber(at) then
	return { 'gone', 0, '' }
end
redis.call('HDEL', KEYS[1], field)
return { 'ok', 0, state }
