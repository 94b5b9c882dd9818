-- What an answer of the model used, and which of the calls that it wants are within the limits: those are counted here, each once.
-- KEYS spent open   ARGV as JSON: {thread, used, scopes, most, keep, wanted: for each call the names it takes one of, row, held}
-- In the place of the `held` reservation `row` stays under way, for as long as tools may run; without it nothing does. What stands
-- there beside is of another worker, who has the thread now. returns, for each call, '' or the 'scope name' it is beyond
local said = {}
for n, names in ipairs(given.wanted) do
  said[n] = ''
  for _, scope in ipairs(given.scopes) do
    for _, name in ipairs(names) do
      local most = (given.most[scope] or {})[name]
      if said[n] == '' and most and used(scope, name) >= most then said[n] = name .. ' ' .. scope end
    end
  end
  if said[n] == '' then
    for _, name in ipairs(names) do add(name, 1) end
  end
end
if given.held and redis.call('HGET', open, given.thread) == given.held then
  if given.row then redis.call('HSET', open, given.thread, given.row) else redis.call('HDEL', open, given.thread) end
end
return said
