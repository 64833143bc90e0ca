-- A POST arrived. ARGV: 4 its token.
-- ok: text is "VERSION PRINCIPAL\n" and the namespaces. overlap: another POST
-- is in progress; the session is closed. gone: unknown.
local s = load()
if not alive(s) then
	return { 'gone', 0, '' }
end
if expired(s, now()) then
	return { 'gone', 0, close(s, '1') }
end
if s.post then
	return { 'overlap', 0, close(s, '1') }
end
redis.call('HSET', S, 'post', ARGV[4])
return { 'ok', 0, s.v .. ' ' .. s.pr .. '\n' .. s.ns }
