-- A GET arrived. ARGV: 4 its token.
-- packets: answer them. park: hold it for ms; the text is the session's v.
-- overlap: another GET is held; the session is closed. gone: unknown.
local s = load(ESID)
if not s or s.st == 'x' or s.st == 'd' then
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
	return { 'gone', 0, close(s, '1', true) }
end
if s.lt then
	return { 'overlap', 0, close(s, '1', true) }
end
if s.ob > 0 then
	return take(s, { 'packets', s.v, '' })
end
if t >= s.due then
	ping(s, t)
	return { 'packets', s.v, '', '2' }
end
redis.call('HSET', s.S, 'lp', PROCESS, 'lt', ARGV[4])
return { 'park', deadline(s) - t, s.v }
