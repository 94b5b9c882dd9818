-- Takes over entries whose lease lapsed, which raises their delivery count.
-- XPENDING IDLE looks through all that is pending and tells the count; XAUTOCLAIM gives up after ten
-- entries for each one wanted, so that fresh leases at the front would hide lapsed ones behind them.
-- KEYS ready   ARGV group consumer idle_ms limit   returns {entry, thread, count, tries before} rows
local rows = {}
-- pcall: a partition without its group must not swallow what was taken over in the others.
local lapsed = redis.pcall('XPENDING', KEYS[1], ARGV[1], 'IDLE', ARGV[3], '-', '+', ARGV[4])
if lapsed.err then return rows end
for _, row in ipairs(lapsed) do
  local entry = redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], row[1])[1]
  local thread = entry and entry[2][1] == 'thread' and entry[2][2]
  if thread and #thread <= 128 and string.match(thread, '^[a-z0-9][a-z0-9-]*$') then
    rows[#rows + 1] = {entry[1], thread, row[4] + 1, entry[2][4] or '0'}
  else
    redis.call('XACK', KEYS[1], ARGV[1], row[1])
    redis.call('XDEL', KEYS[1], row[1])
  end
end
return rows
