-- Hands a lease back: a new entry, so that a waiting reader gets it at once. Redis's count begins anew, hence 'tries'.
-- KEYS ready wake   ARGV group consumer entry count thread tries
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)
local row = not pending.err and pending[1]
if not row or row[2] ~= ARGV[2] or row[4] ~= tonumber(ARGV[4]) then return 0 end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
redis.call('XDEL', KEYS[1], ARGV[3])
local entry
if ARGV[6] == '0' then entry = redis.call('XADD', KEYS[1], '*', 'thread', ARGV[5])
else entry = redis.call('XADD', KEYS[1], '*', 'thread', ARGV[5], 'tries', ARGV[6]) end
redis.call('HSET', KEYS[2], ARGV[5], entry)
return 1
