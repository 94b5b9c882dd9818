-- Deletes keys that are of another type than they should be: an index can be made anew.
-- KEYS names   ARGV their types   returns the names of those deleted
local deleted = {}
for i, name in ipairs(KEYS) do
  local kind = redis.call('TYPE', name).ok
  if kind ~= ARGV[i] and kind ~= 'none' then
    redis.call('DEL', name)
    deleted[#deleted + 1] = name
  end
end
return deleted
