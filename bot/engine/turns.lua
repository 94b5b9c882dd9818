-- How many things all who hear have heard by now, how many of them told so within the last minute, and how many sockets there were
-- when one was opened last.
-- KEYS: turns. ARGV: who tells ('': nobody, this only looks), how many more it has heard since it told last, sockets or 0.
local LATELY, KEPT = 60000, 600000
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
if ARGV[1] ~= '' then
  redis.call('HINCRBY', KEYS[1], 'total', ARGV[2])
  redis.call('HSET', KEYS[1], ARGV[1], at)
  if tonumber(ARGV[3]) > 0 then
    redis.call('HSET', KEYS[1], 'sockets', ARGV[3])
  end
  redis.call('PEXPIRE', KEYS[1], KEPT)
end
local there, found, lately = redis.call('HGETALL', KEYS[1]), {total = 0, sockets = 0}, 0
for index = 1, #there, 2 do
  local name, value = there[index], tonumber(there[index + 1])
  if found[name] then
    found[name] = value
  elseif value < at - LATELY then
    redis.call('HDEL', KEYS[1], name)
  else
    lately = lately + 1
  end
end
return {found.total, lately, found.sockets}
