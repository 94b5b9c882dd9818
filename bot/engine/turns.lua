-- How many things all who hear have heard by now, and how many of them told so within the last minute.
-- KEYS: turns. ARGV: who tells, how many more it has heard since it told last.
local LATELY, KEPT = 60000, 600000
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
local total = redis.call('HINCRBY', KEYS[1], 'total', ARGV[2])
redis.call('HSET', KEYS[1], ARGV[1], at)
redis.call('PEXPIRE', KEYS[1], KEPT)
local there, lately = redis.call('HGETALL', KEYS[1]), 0
for index = 1, #there, 2 do
  if there[index] == 'total' then
    -- No listener's.
  elseif tonumber(there[index + 1]) < at - LATELY then
    redis.call('HDEL', KEYS[1], there[index])
  else
    lately = lately + 1
  end
end
return {total, lately}
