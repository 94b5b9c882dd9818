-- What a thread has used, as its log says, in the place of what was known of it: said again it changes nothing.
local spent, open = KEYS[1], KEYS[2]
local given = cjson.decode(ARGV[1])
local function whole(number) return string.format('%.0f', number) end
local function used(scope, name) return tonumber(redis.call('HGET', spent, name .. ':' .. scope) or '0') end
local function add(name, many)
  redis.call('HINCRBY', spent, name .. ':thread:' .. given.thread, whole(many))
  for _, scope in ipairs(given.scopes) do redis.call('HINCRBY', spent, name .. ':' .. scope, whole(many)) end
end
for name, many in pairs(given.used) do
  local more = many - used('thread:' .. given.thread, name)
  if more ~= 0 then add(name, more) end
end
redis.call('EXPIRE', spent, given.keep)
