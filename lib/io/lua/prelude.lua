-- Put before every session script. What all of them share:
--
--   KEYS  S session hash   O outbox list   D due set   R revisions hash
--   ARGV  1 esid           2 the calling process ("" has no held polls)
--         3 prefix of wake-up channels
--
-- Fields of the session hash:
--   v      Engine.IO version
--   pi pt  pingInterval, pingTimeout (ms)
--   due    when (ms): the next ping if ping == 0, the end if ping == 1
--   cto    when (ms) a session that has joined no namespace ends; 0: joined
--   ping   1 while a pong is awaited
--   lp lt  the poll lease: process and token of the GET being held
--   post   token of the POST in progress
--   ns     "NSP SSID\n" for each namespace joined
--   rm     "NSP ROOM\n" for each room joined
--   pr     principal
--   ob     bytes in the outbox
--   ask    last id of an ack asked of the client; a:NSP:ID what awaits it
--   st     "": open; "x": closed, what is left is for the held GET alone;
--          "l": closed, what is left is for the next GET
--
-- The only clock is Redis's own. Answers are {verdict, ms, text, packets...}.

local S, O, D, R = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local esid, process, channel = ARGV[1], ARGV[2], ARGV[3]
local MAX_PACKETS, MAX_BYTES, MAX_ANSWER = 1000, 2000000, 1000000
local LEFT_MS = 30000

local function now()
	local t = redis.call('TIME')
	return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function load()
	local f = redis.call('HMGET', S, 'v', 'pi', 'pt', 'due', 'cto', 'ping',
	    'lp', 'lt', 'post', 'ns', 'pr', 'ob', 'st')
	if not f[1] then
		return nil
	end
	return { v = f[1], pi = tonumber(f[2]), pt = tonumber(f[3]),
	    due = tonumber(f[4]), cto = tonumber(f[5]), ping = f[6],
	    lp = f[7], lt = f[8], post = f[9], ns = f[10], pr = f[11],
	    ob = tonumber(f[12]), st = f[13] }
end

local function alive(s)
	return s and s.st == ''
end

-- The next moment something must happen.
local function deadline(s)
	if s.cto > 0 and s.cto < s.due then
		return s.cto
	end
	return s.due
end

-- A session whose ping we were too late to send has ended for its client too.
local function expired(s, t)
	return (s.ping == '1' and t >= s.due) or t >= s.due + s.pt or
	    (s.cto > 0 and t >= s.cto)
end

local function remember(s)
	local ttl = s.pi + s.pt + 60000
	redis.call('PEXPIRE', S, ttl)
	redis.call('PEXPIRE', O, ttl)
	redis.call('ZADD', D, deadline(s), esid)
end

-- What the application must clean up: the namespaces and rooms left behind.
local function left_behind()
	local f = redis.call('HMGET', S, 'ns', 'rm')
	return (f[1] or '') .. '\n' .. (f[2] or '')
end

local function forget()
	redis.call('DEL', S, O, R)
	redis.call('ZREM', D, esid)
end

local function wake(s)
	redis.call('PUBLISH', channel .. s.lp, s.lt)
end

-- Ends the session. A GET that is held gets `last` (and only that), the rest
-- of the outbox is dropped; with no GET held nothing remains.
local function close(s, last)
	local left = left_behind()
	redis.call('ZREM', D, esid)
	if not s.lt or last == '' then
		forget()
		return left
	end
	redis.call('DEL', O)
	redis.call('RPUSH', O, last)
	redis.call('HSET', S, 'st', 'x', 'ns', '', 'rm', '')
	redis.call('PEXPIRE', S, LEFT_MS)
	redis.call('PEXPIRE', O, LEFT_MS)
	wake(s)
	return left
end

-- Ends the session, but what is queued is kept for the GET that is held or the
-- next one; the one after that gets the close packet. Not both at once: a
-- client handles a close at once and what came before it only later.
local function close_softly(s)
	local left = left_behind()
	redis.call('ZREM', D, esid)
	redis.call('HSET', S, 'st', 'l', 'ns', '', 'rm', '')
	redis.call('PEXPIRE', S, LEFT_MS)
	redis.call('PEXPIRE', O, LEFT_MS)
	if s.lt then
		wake(s)
	end
	return left
end

-- Move packets of at most MAX_ANSWER bytes (one at least) behind `answer`.
local function take(answer)
	local packets = redis.call('LRANGE', O, 0, -1)
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
		redis.call('DEL', O)
		redis.call('HSET', S, 'ob', 0)
	else
		redis.call('LTRIM', O, n, -1)
		redis.call('HINCRBY', S, 'ob', -bytes)
	end
	return answer
end

-- What a session that was closed still answers.
local function leftovers(s)
	if redis.call('LLEN', O) == 0 then
		forget()
		return { 'packets', 0, '', '1' }
	end
	local answer = take({ 'packets', 0, '' })
	if s.st == 'x' then
		forget()
	else
		redis.call('HDEL', S, 'lp', 'lt')
	end
	return answer
end

-- The ping that is due goes out now. The wait for its pong began when it was
-- due; a client is given half of it at least when we are late.
local function ping(s, t)
	s.ping, s.due = '1', math.max(s.due + s.pt, t + s.pt / 2)
	redis.call('HSET', S, 'ping', 1, 'due', s.due)
	remember(s)
end
