-- A held GET may have something to say. ARGV: 4 its token
--   5 why: look (a wake-up or a deadline), drain (the process stops: answer
--     whatever there is), abort (the client went away: the session ends)
-- packets: answer them, the lease is released. wait: hold on for ms.
-- stale: the lease is another's. gone: the session is.
local s = load()
if not s then
	return { 'gone', 0, '' }
end
-- Tokens are numbers of a process: those of two processes may be equal.
if s.lt ~= ARGV[4] or s.lp ~= process then
	return { 'stale', 0, '' }
end
if s.st ~= '' then
	return leftovers(s)
end
if ARGV[5] == 'abort' then
	return { 'closed', 0, close(s, '') }
end
local t = now()
if expired(s, t) then
	return { 'packets', 0, close(s, ''), '1' }
end
if redis.call('LLEN', O) > 0 then
	redis.call('HDEL', S, 'lp', 'lt')
	return take({ 'packets', 0, '' })
end
if t >= s.due then
	redis.call('HDEL', S, 'lp', 'lt')
	ping(s, t)
	return { 'packets', 0, '', '2' }
end
if ARGV[5] == 'drain' then
	redis.call('HDEL', S, 'lp', 'lt')
	return { 'packets', 0, '', '6' }
end
return { 'wait', deadline(s) - t, '' }
