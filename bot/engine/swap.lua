-- What is kept under a name gives way to a new text only where it is what the writer has read. The client sends a command
-- again when its reply is lost: where the new text stands already, the answer is the same.
-- KEYS: the hash. ARGV: name, what was there (empty: nothing), the new text.
local kept = redis.call('HGET', KEYS[1], ARGV[1]) or ''
if kept == ARGV[3] then
  return 1
end
if kept ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
