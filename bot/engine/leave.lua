-- A worker that closes hands back all it holds, and what was given to a read it had given up, and is forgotten.
-- KEYS ready wake   ARGV group consumer   returns how many entries were handed back
local held = redis.pcall('XPENDING', KEYS[1], ARGV[1], '-', '+', 10000, ARGV[2])
if held.err then return 0 end
for _, row in ipairs(held) do
  local old = redis.call('XRANGE', KEYS[1], row[1], row[1])[1]
  redis.call('XACK', KEYS[1], ARGV[1], row[1])
  if old then
    redis.call('XDEL', KEYS[1], row[1])
    local thread, tries = old[2][2], tonumber(old[2][4] or '0') + row[4] - 1
    redis.call('HSET', KEYS[2], thread, redis.call('XADD', KEYS[1], '*', 'thread', thread, 'tries', tries))
  end
end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return #held
