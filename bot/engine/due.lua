-- What has come due by the server's own clock.   KEYS timers   ARGV limit   returns member,at pairs
local time = redis.call('TIME')
local now = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
-- pcall: an index that somebody spoiled must not hide the timers of the other partitions.
local found = redis.pcall('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'WITHSCORES', 'LIMIT', 0, ARGV[1])
local timers = {}
for i = 1, found.err and 0 or #found, 2 do
  -- What nothing of ours wrote would stand before all others for ever.
  local thread = string.match(found[i], '^([a-z0-9][a-z0-9-]*)%z')
  if thread and #thread <= 128 and string.match(found[i + 1], '^-?%d+$') then
    timers[#timers + 1], timers[#timers + 2] = found[i], found[i + 1]
  else
    redis.call('ZREM', KEYS[1], found[i])
  end
end
return timers
