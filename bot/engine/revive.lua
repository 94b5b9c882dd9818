-- Forgets a letter and wakes its thread; a thread without a log has nothing to wake for.
-- KEYS log ready wake timers dead   ARGV thread
local log, ready, wake, timers, dead = unpack(KEYS)
redis.call('HDEL', dead, ARGV[1])
redis.call('ZREM', timers, ARGV[1] .. '\0')
if redis.call('EXISTS', log) == 1 and redis.call('HEXISTS', wake, ARGV[1]) == 0 then
  redis.call('HSET', wake, ARGV[1], redis.call('XADD', ready, '*', 'thread', ARGV[1]))
end
