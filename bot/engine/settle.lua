-- What a thread has used today, as its log says: said again it changes nothing, so that a crash is put right by the next.
-- KEYS spent open   ARGV id thread micro tokens keep_seconds, then scopes
local spent, open = KEYS[1], KEYS[2]
local before = redis.call('HGET', spent, 'thread:' .. ARGV[2]) or '0 0'
local micro, tokens = string.match(before, '^(%d+) (%d+)$')
redis.call('HSET', spent, 'thread:' .. ARGV[2], ARGV[3] .. ' ' .. ARGV[4])
for i = 6, #ARGV do
  redis.call('HINCRBY', spent, 'micro:' .. ARGV[i], tonumber(ARGV[3]) - tonumber(micro))
  redis.call('HINCRBY', spent, 'tokens:' .. ARGV[i], tonumber(ARGV[4]) - tonumber(tokens))
end
redis.call('EXPIRE', spent, ARGV[5])
redis.call('HDEL', open, ARGV[1])
return 1
