-- The first part of the library: what the session scripts share. In each other
-- file, what stands outside of its functions are the steps of one script.
--
--   KEYS  1 the session hash; all other keys are made from the prefix and are
--         in its slot, for the prefix is their hash tag
--   ARGV  1 prefix of all keys  2 esid
--         3 the calling process ("" has no held polls)
--
-- Fields of the session hash:
--   v      what it speaks: 4, 3, or 30 for version 3 with base64 only
--   pi pt  pingInterval, pingTimeout (ms)
--   due    when (ms): the next ping if ping == 0, the end if ping == 1
--   cto    when (ms) a session that has joined no namespace ends; 0: joined
--   ping   1 while the client's next sign of life is awaited
--   lp lt  the poll lease: process and token of the GET being held
--   post   token of the POST in progress
--   ns     "NSP SSID\n" for each namespace joined, "NSP SSID PID\n" for a
--          socket that can be recovered
--   rm     "NSP SSID ROOM\n" for each room joined
--   pr     principal
--   ob     bytes in the outbox
--   ask    last id of an ack asked of the client; a:NSP:ID "WHEN STATE", what
--          awaits it until when (ms; 0: for ever); ad: the first such WHEN
--   bin    when (ms) a half-received binary packet must be complete; 0: none
--   rw     how long (ms) sockets can be recovered after the session's end
--   st     "": open; "x": closed, what is left is for the held GET alone;
--          "l": closed, what is left is for the next GET; "d": closed, but its
--          sockets can be recovered
--   keep   when (ms) a closed session's sockets are given up; 0: it has none
--
-- Fields of the hash of a pid (the recovery secret of a socket):
--   esid nsp ssid   whose it is now
--   seq             number of the last packet pushed to it
--   low lost        numbers up to low are not in the log any more; lost is the
--                   highest that fell out of it, not replaced by a newer one
--   n bytes         packets in the log, and their size
--   N               packet N of the log
--
-- The only clock is Redis's own. Answers are {verdict, number, text,
-- packets...}; with packets the number is the session's v. The text of an
-- answer that ended the session is "ended".

local KEYS, ARGV, P, ESID, PROCESS
local MAX_PACKETS, MAX_BYTES, MAX_ANSWER = 1000, 2000000, 1000000
-- Less than an outbox and than an answer take: what was missed, the CONNECT
-- behind it and what comes meanwhile.
local LOG_PACKETS, LOG_BYTES = 900, 900000
-- Of the pid, in offsets. What is left of it is still a secret of 84 bits.
local TAG_SIZE = 6
-- Closed sessions wait so long for their last GET; keys outlive their deadline
-- by the slack; a room that nobody joined for a month holds nobody.
local LEFT_MS, SLACK_MS, ROOM_MS = 30000, 60000, 2592000000

local function register(name, run)
	redis.register_function(LIBRARY .. '_' .. name, function(keys, args)
		KEYS, ARGV = keys, args
		P, ESID, PROCESS = args[1], args[2], args[3]
		return run()
	end)
end

local function now()
	local t = redis.call('TIME')
	return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function load(id)
	local f = redis.call('HMGET', P .. 'e:' .. id, 'v', 'due', 'ping', 'lt',
	    'lp', 'ob', 'post', 'st', 'cto', 'pi', 'pt', 'ns', 'bin', 'ad')
	if not f[1] then
		return nil
	end
	return { id = id, S = P .. 'e:' .. id, O = P .. 'o:' .. id, v = f[1],
	    due = tonumber(f[2]), ping = f[3], lt = f[4], lp = f[5],
	    ob = tonumber(f[6]), post = f[7], st = f[8], cto = tonumber(f[9]),
	    pi = tonumber(f[10]), pt = tonumber(f[11]), ns = f[12],
	    bin = tonumber(f[13]), ad = tonumber(f[14]) }
end

local function alive(s)
	return s and s.st == ''
end

local function due_key(id)
	return string.format('%sdue:%02d', P, string.byte(id) % 16)
end

local function earlier(at, other)
	return other > 0 and other < at and other or at
end

-- The next moment its client must hear something.
local function deadline(s)
	return earlier(earlier(s.due, s.cto), s.bin)
end

-- The next moment something must happen.
local function due_at(s)
	return earlier(deadline(s), s.ad)
end

-- A session whose ping we were too late to send has ended for its client too.
local function expired(s, t)
	return (s.ping == '1' and t >= s.due) or t >= s.due + s.pt or
	    (s.cto > 0 and t >= s.cto) or (s.bin > 0 and t >= s.bin)
end

-- Sockets, as the lines of `ns` have them.
local function sockets(ns)
	return string.gmatch(ns, '(%S+) (%S+) ?(%S*)\n')
end

-- The ssid and pid ("": none) of a namespace; nil: not joined.
local function socket_of(s, nsp)
	local from = string.find('\n' .. s.ns, '\n' .. nsp .. ' ', 1, true)
	if not from then
		return nil
	end
	return string.match(s.ns, '^(%S+) ?(%S*)\n', from + #nsp + 1)
end

local function room_key(nsp, room)
	return P .. 'room:' .. nsp .. ',' .. room
end

local function remember(s)
	local ttl = s.pi + s.pt + SLACK_MS
	redis.call('PEXPIRE', s.S, ttl)
	redis.call('PEXPIRE', s.O, ttl)
	for _, _, pid in sockets(s.ns) do
		if pid ~= '' then
			redis.call('PEXPIRE', P .. 'p:' .. pid,
			    ttl + redis.call('HGET', s.S, 'rw'))
		end
	end
	redis.call('ZADD', due_key(s.id), due_at(s), s.id)
end

local function forget(s)
	redis.call('DEL', s.S, s.O, P .. 'r:' .. s.id, P .. 'b:' .. s.id)
	redis.call('ZREM', due_key(s.id), s.id)
end

local function wake(s)
	redis.call('PUBLISH', P .. 'wake:' .. s.lp, s.lt)
end

local function join(s, nsp, ssid, room)
	redis.call('HSET', room_key(nsp, room), ssid, s.id)
	redis.call('PEXPIRE', room_key(nsp, room), ROOM_MS)
end

-- A socket joins its namespace (K2).
local function enter(s, nsp, ssid, pid)
	s.ns = s.ns .. nsp .. ' ' .. ssid .. (pid == '' and '' or ' ' .. pid) ..
	    '\n'
	s.cto = 0
	redis.call('HSET', s.S, 'ns', s.ns, 'cto', 0)
	join(s, nsp, ssid, '')
	if pid ~= '' then
		redis.call('HSET', P .. 'p:' .. pid, 'esid', s.id, 'nsp', nsp,
		    'ssid', ssid, 'seq', 0, 'low', 0, 'lost', 0, 'n', 0,
		    'bytes', 0)
	end
	remember(s)
end

-- Takes a socket out of the session, with the acks it owes; the rooms it was in.
local function take_out(s, nsp, ssid)
	local mark, rooms, kept = nsp .. ' ' .. ssid .. ' ', {}, {}
	local f = redis.call('HMGET', s.S, 'rm', 'ask')
	for line in string.gmatch(f[1] or '', '[^\n]+\n') do
		if string.sub(line, 1, #mark) == mark then
			rooms[#rooms + 1] = string.sub(line, #mark + 1, -2)
		else
			kept[#kept + 1] = line
		end
	end
	local lines = {}
	for line in string.gmatch(s.ns, '[^\n]+\n') do
		if string.sub(line, 1, #nsp + 1) ~= nsp .. ' ' then
			lines[#lines + 1] = line
		end
	end
	for _, field in ipairs(f[2] and redis.call('HKEYS', s.S) or {}) do
		if string.sub(field, 1, #nsp + 3) == 'a:' .. nsp .. ':' then
			redis.call('HDEL', s.S, field)
		end
	end
	s.ns = table.concat(lines)
	redis.call('HSET', s.S, 'rm', table.concat(kept), 'ns', s.ns)
	return rooms
end

-- A socket is gone for good.
local function drop(s, nsp, ssid, pid)
	for _, room in ipairs(take_out(s, nsp, ssid)) do
		redis.call('HDEL', room_key(nsp, room), ssid)
	end
	redis.call('HDEL', room_key(nsp, ''), ssid)
	if pid ~= '' then
		redis.call('DEL', P .. 'p:' .. pid)
	end
end

-- The session ends: its sockets are dropped, but for those that can be
-- recovered where `keep` is true. Are there any?
local function retire(s, keep)
	local window = tonumber(redis.call('HGET', s.S, 'rw'))
	local kept = false
	for nsp, ssid, pid in sockets(s.ns) do
		if keep and pid ~= '' then
			redis.call('PEXPIRE', P .. 'p:' .. pid, window + SLACK_MS)
			kept = true
		else
			drop(s, nsp, ssid, pid)
		end
	end
	if kept then
		s.keep = now() + window
		redis.call('ZADD', due_key(s.id), s.keep, s.id)
	else
		s.keep = 0
		redis.call('ZREM', due_key(s.id), s.id)
	end
	local ttl = kept and window + SLACK_MS or LEFT_MS
	redis.call('DEL', P .. 'b:' .. s.id)
	redis.call('PEXPIRE', s.S, ttl)
	redis.call('PEXPIRE', s.O, LEFT_MS)
	return kept
end

-- What remains of a closed session when nothing is left to be answered.
local function settle(s)
	if s.keep > 0 then
		redis.call('HSET', s.S, 'st', 'd', 'keep', s.keep)
		redis.call('HDEL', s.S, 'lp', 'lt')
		redis.call('DEL', s.O)
	else
		forget(s)
	end
end

-- Ends the session. A GET that is held gets `last` (and only that), the rest
-- of the outbox is dropped. `keep`: its sockets can be recovered.
local function close(s, last, keep)
	retire(s, keep)
	if not s.lt or last == '' then
		settle(s)
		return 'ended'
	end
	redis.call('DEL', s.O)
	redis.call('RPUSH', s.O, last)
	redis.call('PEXPIRE', s.O, LEFT_MS)
	redis.call('HSET', s.S, 'st', 'x', 'keep', s.keep, 'ob', #last)
	wake(s)
	return 'ended'
end

-- Ends the session, but what is queued is kept for the GET that is held or the
-- next one; the one after that gets the close packet. Not both at once: a
-- client handles a close at once and what came before it only later.
local function close_softly(s)
	retire(s, false)
	redis.call('HSET', s.S, 'st', 'l', 'keep', 0)
	if s.lt then
		wake(s)
	end
	return 'ended'
end

-- Move packets of at most MAX_ANSWER bytes (one at least) behind `answer`.
local function take(s, answer)
	local packets = redis.call('LRANGE', s.O, 0, -1)
	local bytes, n = 0, 0
	for i = 1, #packets do
		bytes = bytes + #packets[i]
		if i > 1 and bytes > MAX_ANSWER then
			bytes = bytes - #packets[i]
			break
		end
		answer[#answer + 1] = packets[i]
		n = i
	end
	if n == #packets then
		redis.call('DEL', s.O)
		redis.call('HSET', s.S, 'ob', 0)
	else
		redis.call('LTRIM', s.O, n, -1)
		redis.call('HSET', s.S, 'ob', s.ob - bytes)
	end
	return answer
end

-- What a session that was closed still answers.
local function leftovers(s)
	s.keep = tonumber(redis.call('HGET', s.S, 'keep'))
	if redis.call('LLEN', s.O) == 0 then
		settle(s)
		return { 'packets', s.v, '', '1' }
	end
	local answer = take(s, { 'packets', s.v, '' })
	if s.st == 'x' then
		settle(s)
	else
		redis.call('HDEL', s.S, 'lp', 'lt')
	end
	return answer
end

-- The ping that is due goes out now. The wait for its pong began when it was
-- due; a client is given half of it at least when we are late.
local function ping(s, t)
	s.ping, s.due = '1', math.max(s.due + s.pt, t + s.pt / 2)
	redis.call('HSET', s.S, 'ping', 1, 'due', s.due)
	remember(s)
end

-- A sign of life came: a pong, or the ping of a client of version 3.
local function revive(s)
	if s.v == '4' then
		s.ping, s.due = '0', now() + s.pi
	else
		s.due = now() + s.pi + s.pt
	end
	redis.call('HSET', s.S, 'ping', s.ping, 'due', s.due)
	remember(s)
end

-- Into the log of a socket; what is above its bounds falls out of it.
-- `replaces`: number of the packet that this one makes worthless, or nil.
local function log(K, r, packet, replaces)
	local n, bytes, low, lost = r.n + 1, r.bytes + #packet, r.low, r.lost
	local function out(number)
		local size = redis.call('HSTRLEN', K, number)
		if size > 0 then
			redis.call('HDEL', K, number)
			n, bytes = n - 1, bytes - size
		end
		return size > 0
	end
	redis.call('HSET', K, r.seq, packet)
	if replaces then
		out(replaces)
	end
	while n > LOG_PACKETS or bytes > LOG_BYTES do
		low = low + 1
		if out(low) then
			lost = low
		end
	end
	redis.call('HSET', K, 'seq', r.seq, 'n', n, 'bytes', bytes, 'low', low,
	    'lost', lost)
end

-- An event as it goes to a socket that can be recovered: numbered by a last
-- argument, "TAG.N" (L3), and logged. `packet` is the EVENT and, behind
-- separators, its attachments. The packet, its number and the pid.
-- `replaces`: number and pid of the one that it makes worthless, or nil.
local function number(s, packet, replaces)
	local nsp = string.match(packet, '^4[25][%d%-]*(/[^,]*),') or '/'
	local _, pid = socket_of(s, nsp)
	if not pid or pid == '' then
		return packet, 0, ''
	end
	local K = P .. 'p:' .. pid
	local f = redis.call('HMGET', K, 'seq', 'n', 'bytes', 'low', 'lost')
	if not f[1] then
		return packet, 0, ''
	end
	local r = { seq = f[1] + 1, n = tonumber(f[2]), bytes = tonumber(f[3]),
	    low = tonumber(f[4]), lost = tonumber(f[5]) }
	local head = string.find(packet, '\30', 1, true) or #packet + 1
	packet = string.format('%s,"%s.%d"]%s', string.sub(packet, 1, head - 2),
	    string.sub(pid, 1, TAG_SIZE), r.seq, string.sub(packet, head))
	log(K, r, packet,
	    replaces and replaces.pid == pid and replaces.seq or nil)
	return packet, r.seq, pid
end

-- May a POST begin? The answer that refuses it, or nil.
local function refuse_post(s)
	if expired(s, now()) then
		return { 'gone', 0, close(s, '1', true) }
	end
	if s.post then
		return { 'overlap', 0, close(s, '1', true) }
	end
	return nil
end

-- What handlers need to know of the session: "V PRINCIPAL\n" and its sockets.
local function described(s)
	return s.v .. ' ' .. redis.call('HGET', s.S, 'pr') .. '\n' .. s.ns
end
