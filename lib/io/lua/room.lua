-- The socket of a session joins or leaves a room, as the session knows it.
-- ARGV: 4 "join" or "leave" 5 "NSP ROOM\n"
local s = load()
if not alive(s) then
	return { 'gone', 0, '' }
end
local rooms = redis.call('HGET', S, 'rm')
local from, to = string.find(rooms, ARGV[5], 1, true)
while from and from > 1 and string.sub(rooms, from - 1, from - 1) ~= '\n' do
	from, to = string.find(rooms, ARGV[5], to + 1, true)
end
if ARGV[4] == 'join' and not from then
	rooms = rooms .. ARGV[5]
elseif ARGV[4] == 'leave' and from then
	rooms = string.sub(rooms, 1, from - 1) .. string.sub(rooms, to + 1)
end
redis.call('HSET', S, 'rm', rooms)
return { 'ok', 0, '' }
