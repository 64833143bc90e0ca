-- Packets for a session, and what a POST changed. ARGV:
--   4 token of the POST that ends here, "=" for a whole POST in one step, ""
--     for what comes from elsewhere
--   5 "1": a sign of life came
--   6 namespaces, in order: "+NSP SSID[ PID]\n" joined, "-NSP\n" left
--   7 how the session ends: "" it does not, "noop" the client closed it,
--     "close" an error of the client, "lost" one of ours, "soft" the server
--     closes it, packets delivered first
--   8 message and 9 its revision: an older one is refused; "" and 0 for none
--   10 "1": an equal revision passes (the same snapshot again)
--   11 "NSP SSID" of the sockets, a line each, that must be joined, "!NSP" of
--      the namespaces that must not be
--   12 the v that the session must have, "" for any
--   13 "1": volatile; nothing is queued where no GET is held
--   14 a binary packet is incomplete: how long (ms) to wait for the rest; 0:
--      none is; "": nothing changes
--   15 how many of the words behind are what came of it: its first packet and
--      the attachments; they are the last
--   16... packets; one with a "+" before it is numbered and logged for the
--      recovery of its socket
-- deliver: text is the token of a GET held by the calling process, packets
-- are its answer. overflow: the outbox was full; the session is closed.
-- old: the revision was refused. stale: the POST was overtaken. Of a whole POST:
-- changed: what was demanded by 11 or 12 is not so, or parts of a binary packet
-- are awaited; overlap: another POST is in progress; the session is closed.

-- Is all that ARGV 11 demands true of the session?
local function is_as_demanded(s)
	for line in string.gmatch(ARGV[11], '[^\n]+') do
		local from, to =
		    string.find('\n' .. s.ns, '\n' .. line, 1, true)
		if string.byte(line) == 33 then
			if socket_of(s, string.sub(line, 2)) then
				return false
			end
		elseif not from or not string.find(s.ns, '^[ \n]', to) then
			return false
		end
	end
	return true
end

-- The revision is newer than what the session was told; what it replaces. The
-- socket that was told may have been another one.
local function newer()
	local known = redis.call('HGET', P .. 'r:' .. ESID, ARGV[8])
	if not known then
		return true, nil
	end
	local rev, seq, pid = string.match(known, '^(%S+) (%S+) (%S*)$')
	local mine = tonumber(ARGV[9])
	rev = tonumber(rev)
	return mine > rev or (mine == rev and ARGV[10] == '1'),
	    { seq = tonumber(seq), pid = pid }
end

local function note_revision(s, seq, pid)
	local R = P .. 'r:' .. ESID
	-- A session follows few messages at once; should it be many, forgetting
	-- is safe: clients compare revisions too.
	if redis.call('HLEN', R) > 500 then
		redis.call('DEL', R)
	end
	redis.call('HSET', R, ARGV[8], ARGV[9] .. ' ' .. seq .. ' ' .. pid)
	redis.call('PEXPIRE', R, s.pi + s.pt + 600000)
end

-- The packets as they go out; those of recoverable sockets are logged by this.
local function packets(s)
	local out, bytes, replaces = {}, 0, nil
	if ARGV[8] ~= '' then
		local pass
		pass, replaces = newer()
		if not pass then
			return nil
		end
	end
	local seq, pid = 0, ''
	for i = 16, #ARGV - ARGV[15] do
		local packet = ARGV[i]
		if string.byte(packet) == 43 then
			packet, seq, pid =
			    number(s, string.sub(packet, 2), replaces)
		end
		out[#out + 1] = packet
		bytes = bytes + #packet
	end
	if ARGV[8] ~= '' then
		note_revision(s, seq, pid)
	end
	return out, bytes
end

local function change_namespaces(s)
	for sign, line in string.gmatch(ARGV[6], '([+-])([^\n]+)\n') do
		local nsp, ssid, pid = string.match(line, '^(%S+) ?(%S*) ?(%S*)$')
		local now_ssid, now_pid = socket_of(s, nsp)
		if sign == '-' and now_ssid then
			drop(s, nsp, now_ssid, now_pid)
		elseif sign == '+' and not now_ssid then
			enter(s, nsp, ssid, pid)
		end
	end
end

local function keep_parts(s)
	local B = P .. 'b:' .. ESID
	s.bin = tonumber(ARGV[14])
	redis.call('DEL', B)
	if s.bin > 0 then
		s.bin = now() + s.bin
		redis.call('RPUSH', B, unpack(ARGV, #ARGV - ARGV[15] + 1))
		redis.call('PEXPIRE', B, s.pi + s.pt + SLACK_MS)
	end
	redis.call('HSET', s.S, 'bin', s.bin)
	remember(s)
end

local s = load(ESID)
if not alive(s) then
	-- Its sockets may come back: then they want what they missed.
	if s and ARGV[4] == '' and ARGV[11] ~= '' and is_as_demanded(s) then
		return packets(s) and { 'ok', 0, '' } or { 'old', 0, '' }
	end
	return { 'gone', 0, '' }
end
if ARGV[4] == '=' then
	local refused = refuse_post(s)
	if refused then
		return refused
	end
	if (ARGV[12] ~= '' and ARGV[12] ~= s.v) or s.bin > 0 or
	    not is_as_demanded(s) then
		return { 'changed', 0, '' }
	end
elseif ARGV[4] ~= '' then
	if s.post ~= ARGV[4] then
		return { 'stale', 0, '' }
	end
	redis.call('HDEL', s.S, 'post')
elseif ARGV[11] ~= '' and not is_as_demanded(s) then
	return { 'gone', 0, '' }
end
if ARGV[13] == '1' and (not s.lt or s.ob > 0) then
	return { 'ok', 0, '' }
end
if ARGV[6] ~= '' then
	change_namespaces(s)
end
if ARGV[5] == '1' then
	revive(s)
end
-- Before all ends: its sockets may come back for them.
local out, bytes = packets(s)
if ARGV[7] == 'noop' then
	return { 'closed', 0, close(s, '6', true) }
elseif ARGV[7] == 'close' then
	return { 'closed', 0, close(s, '1', false) }
elseif ARGV[7] == 'lost' then
	return { 'closed', 0, close(s, '1', true) }
end
if ARGV[14] ~= '' then
	keep_parts(s)
end
if not out then
	return { 'old', 0, '' }
end
-- Straight to the GET that the calling process holds.
if s.lt and s.lp == PROCESS and s.ob == 0 and bytes > 0 and
    bytes <= MAX_ANSWER and ARGV[7] == '' then
	redis.call('HDEL', s.S, 'lp', 'lt')
	table.insert(out, 1, s.lt)
	table.insert(out, 1, s.v)
	table.insert(out, 1, 'deliver')
	return out
end
if #out > 0 then
	-- A client may ask for more acks in one POST than an outbox holds: what
	-- one push brings is bounded by its bytes, what waits by its number.
	if s.ob + bytes > MAX_BYTES or
	    (s.ob > 0 and redis.call('LLEN', s.O) >= MAX_PACKETS) then
		return { 'overflow', 0, close(s, '1', true) }
	end
	-- In steps: unpack() takes no more than the Lua stack holds.
	for i = 1, #out, 1000 do
		redis.call('RPUSH', s.O, unpack(out, i, math.min(i + 999, #out)))
	end
	s.ob = s.ob + bytes
	redis.call('HSET', s.S, 'ob', s.ob)
	redis.call('PEXPIRE', s.O, s.pi + s.pt + SLACK_MS)
end
if ARGV[7] == 'soft' then
	return { 'closed', 0, close_softly(s) }
end
if s.lt and s.ob > 0 then
	if s.lp ~= PROCESS then
		wake(s)
		return { 'ok', 0, '' }
	end
	redis.call('HDEL', s.S, 'lp', 'lt')
	return take(s, { 'deliver', s.v, s.lt })
end
return { 'ok', 0, '' }
