-- Writes a thread's indexes anew from what its log says, if the log still has the events that were folded.
-- KEYS log ready wake timers threads   ARGV thread head has_work, then at,member pairs of timers   returns 1, or 0: the log has moved
local log, ready, wake, timers, threads = unpack(KEYS)
local thread = ARGV[1]
if redis.call('LLEN', log) ~= tonumber(ARGV[2]) then return 0 end
local touched = string.match(redis.call('LINDEX', log, -1) or '', '^' .. string.rep('%d', 13))
redis.call('ZADD', threads, touched or 0, thread)
for i = 4, #ARGV, 2 do redis.call('ZADD', timers, ARGV[i], ARGV[i + 1]) end
if ARGV[3] == '1' then
  -- The wake index may name an entry that went with the stream.
  local entry = redis.call('HGET', wake, thread)
  if not entry or #redis.call('XRANGE', ready, entry, entry) == 0 then
    redis.call('HSET', wake, thread, redis.call('XADD', ready, '*', 'thread', thread))
  end
end
return 1
