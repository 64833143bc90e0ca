-- ARGV: 4 version 5 pingInterval 6 pingTimeout 7 connectTimeout 8 principal
--       9... first packets
local t = now()
local s = { pi = tonumber(ARGV[5]), pt = tonumber(ARGV[6]), cto = 0 }
s.due = t + s.pi
if tonumber(ARGV[7]) > 0 then
	s.cto = t + tonumber(ARGV[7])
end
local bytes = 0
for i = 9, #ARGV do
	redis.call('RPUSH', O, ARGV[i])
	bytes = bytes + #ARGV[i]
end
redis.call('HSET', S, 'v', ARGV[4], 'pi', s.pi, 'pt', s.pt, 'due', s.due,
    'cto', s.cto, 'ping', 0, 'ns', '', 'rm', '', 'pr', ARGV[8], 'ob', bytes,
    'st', '')
remember(s)
return { 'ok', 0, '' }
