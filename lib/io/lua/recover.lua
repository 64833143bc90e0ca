-- A socket comes back in another session: CONNECT with a pid. ARGV: 4 pid
-- 5 namespace 6 number of the last event its client has seen, 0 for none.
-- ok: it is now in this session, with its rooms, what it missed and its CONNECT
-- packet; the text is its ssid, and " ended" if its old session was open until
-- now. gone: that cannot be; nothing of it remains, unless it is another
-- namespace's.

-- The socket has left `from`; what remains of that?
local function settle_from(from)
	if from.ns == '' then
		from.keep = 0
		if redis.call('HGET', from.S, 'st') == 'd' then
			forget(from)
		else
			redis.call('HSET', from.S, 'keep', 0)
			redis.call('ZREM', due_key(from.id), from.id)
		end
	end
end

local function missed_of(K, seen)
	local all, numbers, packets = redis.call('HGETALL', K), {}, {}
	for i = 1, #all, 2 do
		local n = tonumber(all[i])
		if n and n > seen then
			numbers[#numbers + 1] = n
			packets[n] = all[i + 1]
		end
	end
	table.sort(numbers)
	for i, n in ipairs(numbers) do
		numbers[i] = packets[n]
	end
	return numbers
end

local s = load(ESID)
local pid, nsp, seen = ARGV[4], ARGV[5], tonumber(ARGV[6])
local K = P .. 'p:' .. pid
local f = redis.call('HMGET', K, 'esid', 'nsp', 'ssid', 'seq', 'lost')
if not alive(s) or not f[1] or f[2] ~= nsp or f[1] == ESID then
	return { 'gone', 0, '' }
end
local ssid, seq, lost = f[3], tonumber(f[4]), tonumber(f[5])
local from = load(f[1])
if not from or socket_of(from, nsp) ~= ssid then
	redis.call('DEL', K)
	return { 'gone', 0, '' }
end
-- Its client has given that one up, whether we know of it or not.
local ended = ''
if alive(from) then
	ended = close(from, '1', true)
else
	from.keep = tonumber(redis.call('HGET', from.S, 'keep'))
end

-- What it missed, in order, and the CONNECT packet behind: in the same step, for
-- a client keeps what comes before CONNECT, and has it twice when it must come
-- back again without one.
local missed, bytes = missed_of(K, seen), 0
missed[#missed + 1] = string.format('40%s{"sid":"%s","pid":"%s"}',
    nsp == '/' and '' or nsp .. ',', ssid, pid)
for _, packet in ipairs(missed) do
	bytes = bytes + #packet
end

-- Beyond the window, a gap in the log, more seen than was sent (Redis was set
-- back), more than goes into one answer with what several namespaces missed: no
-- silent hole.
if now() >= from.keep or seen < lost or seen > seq or
    s.ob + bytes > MAX_ANSWER or
    redis.call('LLEN', s.O) + #missed >= MAX_PACKETS then
	drop(from, nsp, ssid, pid)
	settle_from(from)
	return { 'gone', 0, ended }
end
local rooms = take_out(from, nsp, ssid)
s.ns = s.ns .. nsp .. ' ' .. ssid .. ' ' .. pid .. '\n'
s.cto = 0
local lines = {}
for _, room in ipairs(rooms) do
	lines[#lines + 1] = nsp .. ' ' .. ssid .. ' ' .. room .. '\n'
	join(s, nsp, ssid, room)
end
join(s, nsp, ssid, '')
redis.call('HSET', K, 'esid', ESID)
-- A late ack is not to answer what is asked from here on.
local asked = redis.call('HGET', from.S, 'ask')
if asked and tonumber(asked) > tonumber(redis.call('HGET', s.S, 'ask') or 0) then
	redis.call('HSET', s.S, 'ask', asked)
end
redis.call('HSET', s.S, 'ns', s.ns, 'cto', 0, 'rm',
    redis.call('HGET', s.S, 'rm') .. table.concat(lines))
-- The revisions that its messages had, so that the log goes on being compact.
local known = redis.call('HGETALL', P .. 'r:' .. from.id)
for i = 1, #known, 2 do
	redis.call('HSETNX', P .. 'r:' .. ESID, known[i], known[i + 1])
end
redis.call('PEXPIRE', P .. 'r:' .. ESID, s.pi + s.pt + 600000)
settle_from(from)

for _, packet in ipairs(missed) do
	redis.call('RPUSH', s.O, packet)
end
redis.call('HSET', s.S, 'ob', s.ob + bytes)
remember(s)
return { 'ok', #missed - 1, ssid .. (ended == '' and '' or ' ended') }
