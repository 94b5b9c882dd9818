-- The heartbeat: begins a lease's time anew only where this consumer still holds it under this count.
-- A bare XCLAIM would take the entry back from whoever reclaimed it.
-- KEYS ready   ARGV group consumer, then entry,count pairs   returns which are still held, from 0
local held = {}
for i = 3, #ARGV, 2 do
  local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1)
  local row = not pending.err and pending[1]
  if row and row[2] == ARGV[2] and row[4] == tonumber(ARGV[i + 1]) then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
    held[#held + 1] = (i - 3) / 2
  end
end
return held
