-- Forgets consumers that hold nothing; deleting one with pending entries would lose those for good.
-- KEYS ready   ARGV group idle_ms
local function pairs_of(flat)
  local named = {}
  for i = 1, #flat, 2 do named[flat[i]] = flat[i + 1] end
  return named
end
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if consumers.err then return redis.status_reply('no group, nobody to forget') end
for _, flat in ipairs(consumers) do
  local one = pairs_of(flat)
  if one.pending == 0 and one.idle >= tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], one.name)
  end
end
return redis.status_reply('OK')
