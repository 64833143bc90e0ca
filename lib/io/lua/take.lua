-- A held GET may have something to say. ARGV: 4 its token
--   5 why: look (a wake-up or a deadline), drain (the process stops: answer
--     whatever there is), abort (the client went away: the session ends)
-- packets: answer them, the lease is released. wait: hold on for ms.
-- stale: the lease is another's. gone: the session is.
local s = load(ESID)
if not s then
	return { 'gone', 0, '' }
end
-- Tokens are numbers of a process: those of two processes may be equal.
if s.lt ~= ARGV[4] or s.lp ~= PROCESS then
	return { 'stale', 0, '' }
end
if s.st ~= '' then
	return leftovers(s)
end
if ARGV[5] == 'abort' then
	return { 'closed', 0, close(s, '', true) }
end
local t = now()
if expired(s, t) then
	return { 'packets', s.v, close(s, '', true), '1' }
end
if s.ob > 0 then
	redis.call('HDEL', s.S, 'lp', 'lt')
	return take(s, { 'packets', s.v, '' })
end
if t >= s.due then
	redis.call('HDEL', s.S, 'lp', 'lt')
	ping(s, t)
	return { 'packets', s.v, '', '2' }
end
if ARGV[5] == 'drain' then
	redis.call('HDEL', s.S, 'lp', 'lt')
	return { 'packets', s.v, '', '6' }
end
return { 'wait', deadline(s) - t, '' }
