-- A POST arrived. ARGV: 4 its token.
-- ok: text is "V PRINCIPAL\n" and the namespaces; the packets are what was
-- received of a binary packet so far. overlap: another POST is in progress;
-- the session is closed. gone: unknown.
local s = load(ESID)
if not alive(s) then
	return { 'gone', 0, '' }
end
local refused = refuse_post(s)
if refused then
	return refused
end
redis.call('HSET', s.S, 'post', ARGV[4])
local answer = { 'ok', 0, described(s) }
if s.bin > 0 then
	for _, part in ipairs(redis.call('LRANGE', P .. 'b:' .. ESID, 0, -1)) do
		answer[#answer + 1] = part
	end
end
return answer
