-- The socket of namespace ARGV 4 leaves all its rooms. The text of the answer is
-- "NSP SSID\n", an empty line, "NSP ROOM\n"..., as a closed session leaves it.
local s = load()
if not alive(s) then
	return { 'gone', 0, '' }
end
local mark = ARGV[4] .. ' '
local function pick(text)
	local mine, others = '', ''
	for line in string.gmatch(text, '[^\n]+\n') do
		if string.sub(line, 1, #mark) == mark then
			mine = mine .. line
		else
			others = others .. line
		end
	end
	return mine, others
end
local rooms, others = pick(redis.call('HGET', S, 'rm') or '')
redis.call('HSET', S, 'rm', others)
return { 'ok', 0, (pick(s.ns)) .. '\n' .. rooms }
