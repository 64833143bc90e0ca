-- Packets for a session, and what a POST changed. ARGV:
--   4 token of the POST that ends here, "" for none
--   5 "1": a pong came
--   6 the new ns field, "" to leave it ("-": none joined)
--   7 how the session ends: "" it does not, "noop" the client closed it,
--     "close" an error, "soft" the server closes it, packets delivered first
--   8 message and 9 its revision: an older one is refused; "" and 0 for none
--   10 "1": an equal revision passes (the same snapshot again)
--   11... packets
-- deliver: text is the token of a GET held by the calling process, packets
-- are its answer. overflow: the outbox was full; the session is closed.
-- old: the revision was refused. stale: the POST was overtaken.
local s = load()
if not alive(s) then
	return { 'gone', 0, '' }
end
if ARGV[4] ~= '' then
	if s.post ~= ARGV[4] then
		return { 'stale', 0, '' }
	end
	redis.call('HDEL', S, 'post')
end
if ARGV[8] ~= '' then
	local newest = tonumber(redis.call('HGET', R, ARGV[8]) or '-1')
	local rev = tonumber(ARGV[9])
	if newest > rev or (newest == rev and ARGV[10] ~= '1') then
		return { 'old', 0, '' }
	end
	-- A session follows few messages at once; should it be many, forgetting
	-- is safe: clients compare revisions too.
	if redis.call('HLEN', R) > 500 then
		redis.call('DEL', R)
	end
	redis.call('HSET', R, ARGV[8], rev)
	redis.call('PEXPIRE', R, s.pi + s.pt + 600000)
end
if ARGV[6] ~= '' then
	s.ns = ARGV[6] == '-' and '' or ARGV[6]
	s.cto = 0
	redis.call('HSET', S, 'ns', s.ns, 'cto', 0)
end
if ARGV[5] == '1' then
	s.ping, s.due = '0', now() + s.pi
	redis.call('HSET', S, 'ping', 0, 'due', s.due)
end
if ARGV[5] == '1' or ARGV[6] ~= '' then
	remember(s)
end
if ARGV[7] == 'noop' then
	return { 'closed', 0, close(s, '6') }
elseif ARGV[7] == 'close' then
	return { 'closed', 0, close(s, '1') }
end
if #ARGV > 10 then
	local bytes = s.ob
	for i = 11, #ARGV do
		bytes = bytes + #ARGV[i]
	end
	-- A client may ask for more acks in one POST than an outbox holds: what
	-- one push brings is bounded by its bytes, what waits by its number.
	if bytes > MAX_BYTES or redis.call('LLEN', O) >= MAX_PACKETS then
		return { 'overflow', 0, close(s, '1') }
	end
	-- In steps: unpack() takes no more than the Lua stack holds.
	for i = 11, #ARGV, 1000 do
		redis.call('RPUSH', O, unpack(ARGV, i, math.min(i + 999, #ARGV)))
	end
	redis.call('HSET', S, 'ob', bytes)
	redis.call('PEXPIRE', O, s.pi + s.pt + 60000)
end
if ARGV[7] == 'soft' then
	return { 'closed', 0, close_softly(s) }
end
if s.lt and redis.call('LLEN', O) > 0 then
	if s.lp ~= process then
		wake(s)
		return { 'ok', 0, '' }
	end
	redis.call('HDEL', S, 'lp', 'lt')
	return take({ 'deliver', 0, s.lt })
end
return { 'ok', 0, '' }
