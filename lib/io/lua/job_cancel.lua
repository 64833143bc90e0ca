-- A job was cancelled. Where nobody has looked yet (Redis is new, or has forgotten
-- all) the counter is left to who makes it: it tells that one so.
-- KEYS: 1 number of cancellations
if redis.call('EXISTS', KEYS[1]) == 1 then
	redis.call('INCR', KEYS[1])
end
return 0
