-- A GET arrived. ARGV: 4 its token.
-- packets: answer them. park: hold it for ms. overlap: another GET is held;
-- the session is closed. gone: unknown.
local s = load()
if not s or s.st == 'x' then
	return { 'gone', 0, '' }
end
if s.st == 'l' then
	if s.lt then
		return { 'gone', 0, '' }
	end
	return leftovers(s)
end
local t = now()
if expired(s, t) then
	return { 'gone', 0, close(s, '1') }
end
if s.lt then
	return { 'overlap', 0, close(s, '1') }
end
if redis.call('LLEN', O) > 0 then
	return take({ 'packets', 0, '' })
end
if t >= s.due then
	ping(s, t)
	return { 'packets', 0, '', '2' }
end
redis.call('HSET', S, 'lp', process, 'lt', ARGV[4])
return { 'park', deadline(s) - t, '' }
