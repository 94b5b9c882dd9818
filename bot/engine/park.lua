-- Lets go of a thread that could not be gone on with, and keeps the letter that says why.
-- KEYS log ready wake timers dead   ARGV group consumer entry count thread head|'' again|'' letter   returns 1, or 0: the lease is lost
local log, ready, wake, timers, dead = unpack(KEYS)
local group, consumer, entry, count, thread = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local head, again = tonumber(ARGV[6]), ARGV[7]
local pending = redis.pcall('XPENDING', ready, group, entry, entry, 1)
local row = not pending.err and pending[1]
if not row or row[2] ~= consumer or row[4] ~= count then return 0 end

-- What arrived since the log was read has not had its try. The log may be no list at all, hence pcall.
local length = redis.pcall('LLEN', log)
if again == '' and head and type(length) == 'number' and length > head then again = redis.call('TIME')[1] .. '999' end

-- A timer without a name wakes the thread and appends nothing.
if again == '' then redis.call('ZREM', timers, thread .. '\0')
else redis.call('ZADD', timers, again, thread .. '\0') end
redis.call('HSET', dead, thread, ARGV[8])
redis.call('XACK', ready, group, entry)
redis.call('XDEL', ready, entry)
redis.call('HDEL', wake, thread)
return 1
