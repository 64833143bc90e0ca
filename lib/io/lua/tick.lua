-- The due set says something must happen; the session knows what.
-- asks: acks that did not come in time, a packet "NSP ID STATE" each; the text
-- is what begin would say of the session.
local s = load(ESID)
if not s then
	redis.call('ZREM', due_key(ESID), ESID)
	return { 'gone', 0, '' }
end
local t = now()
if not alive(s) then
	local keep = tonumber(redis.call('HGET', s.S, 'keep'))
	if keep > t then
		redis.call('ZADD', due_key(ESID), keep, ESID)
		return { 'wait', keep - t, '' }
	end
	for nsp, ssid, pid in sockets(s.ns) do
		drop(s, nsp, ssid, pid)
	end
	if s.st == 'd' then
		forget(s)
	else
		redis.call('HSET', s.S, 'keep', 0)
		redis.call('ZREM', due_key(ESID), ESID)
	end
	return { 'gone', 0, '' }
end
if expired(s, t) then
	return { 'closed', 0, close(s, '1', true) }
end
if s.ad > 0 and t >= s.ad then
	local answer = { 'asks', 0, described(s) }
	local all = redis.call('HGETALL', s.S)
	s.ad = 0
	for i = 1, #all, 2 do
		local nsp, id = string.match(all[i], '^a:(.*):(%d+)$')
		if nsp then
			local at, state = string.match(all[i + 1], '^(%d+) (.*)$')
			at = tonumber(at)
			if at > 0 and at <= t then
				redis.call('HDEL', s.S, all[i])
				answer[#answer + 1] =
				    nsp .. ' ' .. id .. ' ' .. state
			elseif at > 0 and (s.ad == 0 or at < s.ad) then
				s.ad = at
			end
		end
	end
	redis.call('HSET', s.S, 'ad', s.ad)
	redis.call('ZADD', due_key(ESID), due_at(s), ESID)
	return answer
end
if s.ping == '0' and t >= s.due then
	ping(s, t)
	redis.call('RPUSH', s.O, '2')
	redis.call('HSET', s.S, 'ob', s.ob + 1)
	redis.call('PEXPIRE', s.O, s.pi + s.pt + SLACK_MS)
	if s.lt then
		wake(s)
	end
	return { 'ok', 0, '' }
end
redis.call('ZADD', due_key(ESID), due_at(s), ESID)
return { 'wait', due_at(s) - t, '' }
