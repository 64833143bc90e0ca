-- The due set says something must happen; the session knows what.
local s = load()
if not alive(s) then
	redis.call('ZREM', D, esid)
	return { 'gone', 0, '' }
end
local t = now()
if expired(s, t) then
	return { 'closed', 0, close(s, '1') }
end
if s.ping == '0' and t >= s.due then
	ping(s, t)
	redis.call('RPUSH', O, '2')
	redis.call('HINCRBY', S, 'ob', 1)
	redis.call('PEXPIRE', O, s.pi + s.pt + 60000)
	if s.lt then
		wake(s)
	end
	return { 'ok', 0, '' }
end
redis.call('ZADD', D, deadline(s), esid)
return { 'wait', deadline(s) - t, '' }
