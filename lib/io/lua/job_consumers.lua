-- Consumers of workers that are no more: idle for long, and nothing is pending for
-- them, which would be lost with them.
-- KEYS: 1 job stream. ARGV: 1 group 2 idle for so long (ms)
-- How many were removed.
-- Without a stream or a group that is an error, which has no consumers.
local n, all = 0, redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
for _, c in ipairs(all) do
	local of = {}
	for i = 1, #c, 2 do
		of[c[i]] = c[i + 1]
	end
	if of.pending == 0 and of.idle > tonumber(ARGV[2]) then
		redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], of.name)
		n = n + 1
	end
end
return n
