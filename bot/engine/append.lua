-- One commit to one thread: end, then known id, then fence, then head, then everything at once.
-- KEYS log blobs ready wake timers threads seen dead
-- ARGV group consumer thread kind seen_seconds entry count head rest fires due end end_at n_timers
--      n_blobs n_copied, then timer,at|'-' pairs, ref,blob pairs, rows copied with their stamps, events
local log, blobs, ready, wake, timers, threads, seen, dead = unpack(KEYS)
local group, consumer, thread, kind, seen_seconds = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local entry, count, expected, rest = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9] == '1'
local fires, due = ARGV[10], tonumber(ARGV[11])
local folded, folded_at = tonumber(ARGV[12]), ARGV[13]
local first_timer = 17
local first_blob = first_timer + 2 * tonumber(ARGV[14])
local first_event = first_blob + 2 * tonumber(ARGV[15])
local first_new = first_event + tonumber(ARGV[16])

local time = redis.call('TIME')
local at = time[1] .. string.format('%03d', math.floor(time[2] / 1000))
local head = redis.call('LLEN', log)

if fires ~= '' then
  -- A timer replaced or removed since it was listed has another score; not yet due is another clock's error.
  local score = tonumber(redis.call('ZSCORE', timers, fires) or '')
  if score ~= due or due > tonumber(at) then return {'known', head, at} end
  redis.call('ZREM', timers, fires)
end

-- A power loss can take the end of a log, and other rows its place; no two of them have the same stamp there.
if folded > 0 and string.sub(redis.call('LINDEX', log, folded - 1) or '', 1, 13) ~= folded_at then
  return {'parted', head, at}
end

local held = false
if entry ~= '' then
  -- pcall: the group may be gone with every other key but the logs, and a fact must be accepted all the same.
  local pending = redis.pcall('XPENDING', ready, group, entry, entry, 1)
  local row = not pending.err and pending[1]
  held = row and row[2] == consumer and row[4] == count
end

local function come_to_rest()
  redis.call('XACK', ready, group, entry)
  redis.call('XDEL', ready, entry)
  redis.call('HDEL', wake, thread)
  -- It could be gone on with after all: failed tries are counted from here anew.
  if redis.call('HDEL', dead, thread) == 1 then redis.call('ZREM', timers, thread .. '\0') end
end

-- A claim's id belongs to the lease that claimed: another worker's claim of the same name is not one's own.
local owner = kind == 'claim' and (consumer .. '/' .. entry .. '/' .. count) or '1'
local known = redis.call('GET', seen)
if known then
  -- WAIT promises only what its own connection wrote, and a resend comes over another: so this one writes too.
  redis.call('EXPIRE', seen, seen_seconds)
  if known ~= owner then return {'fenced', head, at} end
  -- Still leased although rest was asked: the first answer was a refusal, and it still stands.
  if rest and held then return {'moved', head, at} end
  return {'known', head, at}
end

-- A copy can only begin a log.
if first_new > first_event and head > 0 then return {'known', head, at} end

local strict = kind == 'claim' or kind == 'whole'
local refused = nil
if strict or rest then
  if not held then refused = 'fenced' elseif head ~= expected then refused = 'moved' end
end
if refused and strict then return {refused, head, at} end

if entry == '' or held then
  for i = first_timer, first_blob - 1, 2 do
    local member = thread .. '\0' .. ARGV[i]
    if ARGV[i + 1] == '-' then redis.call('ZREM', timers, member)
    else redis.call('ZADD', timers, ARGV[i + 1], member) end
  end
end
for i = first_blob, first_event - 1, 2 do redis.call('HSETNX', blobs, ARGV[i], ARGV[i + 1]) end

-- Lua unpacks at most about 8,000 values at once, hence the slices; the script is one step all the same.
for from = first_event, #ARGV, 1000 do
  local rows = {}
  for i = from, math.min(from + 999, #ARGV) do
    rows[#rows + 1] = i < first_new and ARGV[i] or at .. ARGV[i]
  end
  head = redis.call('RPUSH', log, unpack(rows))
end

-- Only now: a script that fails half-way is not undone, and what is not on the log must not be known.
redis.call('SET', seen, owner, 'EX', seen_seconds)

if rest and not refused then
  come_to_rest()
elseif redis.call('HEXISTS', wake, thread) == 0 then
  redis.call('HSET', wake, thread, redis.call('XADD', ready, '*', 'thread', thread))
end

-- A row that nothing of ours wrote has no stamp.
local touched = first_event <= #ARGV and at or string.match(redis.call('LINDEX', log, -1) or '', '^' .. string.rep('%d', 13))
if touched then redis.call('ZADD', threads, touched, thread) end
return {refused or 'appended', head, at}
