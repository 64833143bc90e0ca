-- ARGV: 4 version 5 pingInterval 6 pingTimeout 7 connectTimeout 8 principal
--       9 how long sockets can be recovered (ms) 10... first packets
local t = now()
local s = { id = ESID, S = KEYS[1], O = P .. 'o:' .. ESID, v = ARGV[4],
    pi = tonumber(ARGV[5]), pt = tonumber(ARGV[6]), cto = 0, bin = 0, ad = 0,
    ns = '' }
-- In version 3 the client pings: all it has is an end.
s.ping = s.v == '4' and 0 or 1
s.due = t + s.pi + (s.ping == 1 and s.pt or 0)
if tonumber(ARGV[7]) > 0 then
	s.cto = t + tonumber(ARGV[7])
end
local bytes = 0
for i = 10, #ARGV do
	redis.call('RPUSH', s.O, ARGV[i])
	bytes = bytes + #ARGV[i]
end
redis.call('HSET', s.S, 'v', s.v, 'pi', s.pi, 'pt', s.pt, 'due', s.due,
    'cto', s.cto, 'ping', s.ping, 'ns', '', 'rm', '', 'pr', ARGV[8],
    'ob', bytes, 'st', '', 'bin', 0, 'ad', 0, 'rw', ARGV[9])
remember(s)
return { 'ok', 0, '' }
