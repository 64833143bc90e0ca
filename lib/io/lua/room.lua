-- A socket joins or leaves a room. ARGV: 4 "join", "leave" or, of a socket that
-- is about to be connected, "enter": it joins its namespace by this, too, so
-- that no event finds it in a room but not in the session. 5 namespace 6 ssid
-- 7 pid 8 room.
-- full: it is in as many rooms as it may be. gone: the session is, or the socket
-- is not in it (any more).
local MAX_ROOMS = 1000
local s = load(ESID)
if not alive(s) then
	return { 'gone', 0, '' }
end
local nsp, ssid, room = ARGV[5], ARGV[6], ARGV[8]
local mine = socket_of(s, nsp)
if not mine and ARGV[4] == 'enter' then
	enter(s, nsp, ssid, ARGV[7])
elseif mine ~= ssid and (mine or ARGV[4] == 'join') then
	return { 'gone', 0, '' }
end
local line = nsp .. ' ' .. ssid .. ' ' .. room .. '\n'
local rooms = '\n' .. redis.call('HGET', s.S, 'rm')
local from, to = string.find(rooms, '\n' .. line, 1, true)
if ARGV[4] ~= 'leave' then
	local _, n = string.gsub(rooms, '\n', '')
	if not from and n > MAX_ROOMS then
		return { 'full', 0, '' }
	end
	if not from then
		redis.call('HSET', s.S, 'rm', string.sub(rooms, 2) .. line)
	end
	join(s, nsp, ssid, room)
else
	if from then
		redis.call('HSET', s.S, 'rm', string.sub(rooms, 2, from) ..
		    string.sub(rooms, to + 1))
	end
	redis.call('HDEL', room_key(nsp, room), ssid)
end
return { 'ok', 0, '' }
