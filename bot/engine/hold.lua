-- One of several holds something for a while, by this server's clock alone. Sent again it changes nothing.
-- KEYS: what is held. ARGV: holder, milliseconds (0: it is let go). Returns whether this holder has it now.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
