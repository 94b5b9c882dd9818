-- Whether one more thread may begin in a place of which only so many may: 0 it may, 1 it may not and is the first, 2 it may not.
-- Each counts for so long, by this server's clock, and once however often it comes.
-- KEYS: begun. ARGV: what begins it, how many may, for how many milliseconds each counts.
local id, most, kept = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local now = redis.call('TIME')
local at = now[1] * 1000 + math.floor(now[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', at - kept)
local begun, over = 0, false
for _, each in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if each == '+' .. id then return 0 end
  if each:sub(1, 1) == '+' then begun = begun + 1 else over = each end
end
if over == '-' .. id then return 1 end
if begun >= most and over then return 2 end
local may = begun < most
redis.call('ZADD', KEYS[1], at, (may and '+' or '-') .. id)
redis.call('PEXPIRE', KEYS[1], kept)
return may and 0 or 1
