-- A member of a room was not where the room says.
-- KEYS: 1 the room. ARGV: 1 ssid 2 the esid that did not know it
-- The esid it is in by now; "" when it is gone, and so left the room.
local esid = redis.call('HGET', KEYS[1], ARGV[1])
if esid and esid ~= ARGV[2] then
	return esid
end
redis.call('HDEL', KEYS[1], ARGV[1])
return ''
