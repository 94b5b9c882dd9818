-- What was said that comes back to whoever hears, and when something was heard last, by this server's clock alone.
-- A said thing is dropped once something was heard after it; both are forgotten after so long.
-- KEYS: pulse. ARGV: 'said', milliseconds ago. Or 'look', milliseconds since something was heard, after how many a
-- said thing should have come back; whether one did not.
local LONGEST = 600000
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local since = at - ARGV[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - LONGEST)
local heard = tonumber(redis.call('ZSCORE', KEYS[1], 'heard') or 0)
if ARGV[1] == 'said' then
  if since > heard then
    -- One a second is enough to know.
    redis.call('ZADD', KEYS[1], 'NX', since, math.floor(since / 1000))
    redis.call('PEXPIRE', KEYS[1], LONGEST)
  end
  return 0
end
if since > heard then
  heard = since
  redis.call('ZADD', KEYS[1], heard, 'heard')
  redis.call('PEXPIRE', KEYS[1], LONGEST)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. heard)
return redis.call('ZCOUNT', KEYS[1], '(' .. heard, at - ARGV[3])
