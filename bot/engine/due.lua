-- What has come due by the server's own clock.   KEYS timers   ARGV limit   returns member,at pairs
local time = redis.call('TIME')
local now = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
-- pcall: an index that somebody spoiled must not hide the timers of the other partitions.
local found = redis.pcall('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
return found.err and {} or found
