-- A ticket is spent by whoever writes their mark on it first. The client sends a command again when its reply is
-- lost: whose mark stands there already is told the same again.
-- KEYS: ticket. ARGV: mark.
local kept = redis.call('GET', KEYS[1])
if kept == 'new' then
  redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')
  return 1
end
return kept == ARGV[1] and 1 or 0
