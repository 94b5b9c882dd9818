-- A ticket is spent by whoever writes their mark on it first. The client sends a command again when its reply is
-- lost: whose mark stands there already is told the same again.
-- KEYS: ticket. ARGV: mark, for how many seconds it stays.
local kept = redis.call('GET', KEYS[1])
if not kept then
  redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
  return 1
end
return kept == ARGV[1] and 1 or 0
