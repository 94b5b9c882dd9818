-- Brings every timer of this name forward: so many to now, each of the others by a step later.   KEYS timers   ARGV name at_once each_ms   returns how many
local time = redis.call('TIME')
local now = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
-- pcall: an index that somebody spoiled must not keep the other partitions waiting.
local found = redis.pcall('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')
if found.err then return 0 end
local ending, count = '\0' .. ARGV[1], 0
for _, member in ipairs(found) do
  if string.sub(member, -#ending) == ending then
    count = count + 1
    redis.call('ZADD', KEYS[1], string.format('%d', now + math.max(0, count - ARGV[2]) * ARGV[3]), member)
  end
end
return count
