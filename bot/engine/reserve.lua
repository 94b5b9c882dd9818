-- May the model be asked once more? What is under way is counted at its most, so that at most one question goes beyond.
-- KEYS spent open   ARGV as JSON: {thread, used, scopes, most: {scope: {name: limit}}, keep, names, now, row}
-- returns {'ok'}, {'busy'}: others must end first, or {'spent', scope, name, and how much of each of the names it has used}
local rows, under_way, busy = redis.call('HGETALL', open), {}, false
for i = 1, #rows, 2 do
  local row = cjson.decode(rows[i + 1])
  if row.lapses <= given.now then redis.call('HDEL', open, rows[i])
  elseif rows[i] ~= given.thread then
    for _, scope in ipairs(row.scopes) do
      for name, many in pairs(row.most) do
        local key = name .. ':' .. scope
        under_way[key] = (under_way[key] or 0) + many
      end
    end
  end
end
for _, scope in ipairs(given.scopes) do
  for _, name in ipairs(given.names) do
    local most, now = (given.most[scope] or {})[name], used(scope, name)
    if most and now >= most then
      local said = {'spent', scope, name}
      for _, each in ipairs(given.names) do said[#said + 1] = whole(used(scope, each)) end
      return said
    end
    if most and now + (under_way[name .. ':' .. scope] or 0) >= most then busy = true end
  end
end
if busy then return {'busy'} end
redis.call('HSET', open, given.thread, given.row)
return {'ok'}
