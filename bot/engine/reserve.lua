-- May one more call be paid for today? What is under way is counted at its most, so that at most one call goes beyond.
-- KEYS spent open   ARGV id now lapses micro tokens, then scope,most_micro,most_tokens triples ('-': no such limit)
-- returns {'ok'}, {'busy'}: others must end first, or {'spent', scope}
local spent, open = KEYS[1], KEYS[2]
local id, now = ARGV[1], tonumber(ARGV[2])
local under_way = {}
local rows = redis.call('HGETALL', open)
for i = 1, #rows, 2 do
  local row = cjson.decode(rows[i + 1])
  if row.lapses <= now then redis.call('HDEL', open, rows[i])
  elseif rows[i] ~= id then
    for _, scope in ipairs(row.scopes) do
      local sum = under_way[scope] or {0, 0}
      under_way[scope] = {sum[1] + row.micro, sum[2] + row.tokens}
    end
  end
end
local scopes, busy = {}, false
for i = 6, #ARGV, 3 do
  local scope, sum = ARGV[i], under_way[ARGV[i]] or {0, 0}
  scopes[#scopes + 1] = scope
  for n, kind in ipairs({'micro:', 'tokens:'}) do
    local most = tonumber(ARGV[i + n])
    local used = tonumber(redis.call('HGET', spent, kind .. scope) or '0')
    if most and used >= most then return {'spent', scope} end
    if most and used + sum[n] >= most then busy = true end
  end
end
if busy then return {'busy'} end
local row = {lapses = tonumber(ARGV[3]), micro = tonumber(ARGV[4]), tokens = tonumber(ARGV[5]), scopes = scopes}
redis.call('HSET', open, id, cjson.encode(row))
return {'ok'}
