-- Lanes, tokens, keys, time: the functions of the scripts that move messages.

local ALIVE_MS = 2500 -- a process that reported later than this is worth waking
local DUE_BATCH = 100 -- delayed messages and parked tenants moved by one call
local DEFAULT_RATE, DEFAULT_BURST = 20, 100 -- of a tenant without limits of its own

local made = {} -- queue -> messages that became available during this call

local function message_key(tenant, mid) return P .. 'm:' .. tenant .. ':' .. mid end
local function parked_member(queue, tenant) return 'p|' .. queue .. '|' .. tenant end

local function available(queue, count) made[queue] = (made[queue] or 0) + count end

-- Push wake-up: hand one idle live process a reason to fetch. False when nobody is idle. O(log processes).
local function wake(queue)
  for _ = 1, 16 do
    local process = call('ZPOPMIN', P .. 'idle:' .. queue)[1]
    if not process then return false end
    local seen = call('ZSCORE', P .. 'procs', process)
    if seen and tonumber(seen) > now - ALIVE_MS then
      call('LPUSH', P .. 'w:' .. process, queue)
      return true
    end
  end
  return false
end

-- Last act of every script: one idle process per message that became available here and was not given out here.
local function wake_all()
  for queue, count in pairs(made) do
    for _ = 1, math.min(count, DUE_BATCH) do
      if not wake(queue) then break end
    end
  end
end

-- Let `member` come due at `at`. If it is the next of all, someone must shorten his sleep.
local function come_due(at, member, queue)
  call('ZADD', P .. 'due', at, member)
  if call('ZRANK', P .. 'due', member) == 0 then available(queue, 1) end
end

-- A tenant returns to ready, lifted to the virtual time: idling, parking and waiting earn no credit. O(log tenants).
local function ready(queue, tenant)
  local r = P .. 'r:' .. queue
  if call('ZSCORE', r, tenant) then return end
  local counter = tonumber(call('GET', P .. 'vt:' .. queue) or '0')
  local own = call('ZSCORE', P .. 'v:' .. queue, tenant)
  if own then
    counter = math.max(counter, tonumber(own))
    call('ZREM', P .. 'v:' .. queue, tenant)
  end
  call('ZADD', r, counter, tenant)
end

-- A tenant leaves ready; its counter is remembered while it is above the virtual time.
local function absent(queue, tenant, counter)
  call('ZREM', P .. 'r:' .. queue, tenant)
  call('ZADD', P .. 'v:' .. queue, counter, tenant)
end

-- The virtual time rises to what was just picked, never falls; counters it has overtaken are forgotten.
local function advance_time(queue, counter)
  if counter <= tonumber(call('GET', P .. 'vt:' .. queue) or '0') then return end
  call('SET', P .. 'vt:' .. queue, counter)
  call('ZREMRANGEBYSCORE', P .. 'v:' .. queue, '-inf', counter)
end

-- Charge a dispatched message to its tenant (the one place where a counter rises). Seam for correction on completion.
local function charge(queue, tenant, counter, cost)
  local weight = tonumber(call('HGET', P .. 'cfg:' .. tenant, 'weight') or '1')
  return counter + cost / weight
end

-- Milliseconds until the bucket has a token (0: now), and what it holds. Refills as time passes, never above burst.
local function token_wait(bucket, rate, burst)
  local held = call('HMGET', bucket, 'n', 'at')
  local tokens = tonumber(held[1] or burst)
  local since = tonumber(held[2] or now)
  tokens = math.min(burst, tokens + math.max(0, now - since) * rate / 1000)
  if tokens >= 1 - 1e-6 then return 0, tokens end
  if rate <= 0 then return 3600000, tokens end
  return math.max(1, math.ceil((1 - tokens) * 1000 / rate)), tokens
end

-- Take the token that token_wait found. A bucket that is full again need not be stored.
local function take_token(bucket, rate, burst, tokens)
  tokens = math.max(0, tokens - 1)
  call('HSET', bucket, 'n', tokens, 'at', now)
  call('PEXPIRE', bucket, rate > 0 and math.ceil((burst - tokens) * 1000 / rate) + 1000 or 86400000)
end

local function tenant_bucket(tenant)
  local limits = call('HMGET', P .. 'cfg:' .. tenant, 'rate', 'burst')
  return P .. 'b:' .. tenant, tonumber(limits[1] or DEFAULT_RATE), math.max(1, tonumber(limits[2] or DEFAULT_BURST))
end

-- Put a message into its lane at its own place (score = arrival), so that a returned one is at the head again.
-- One that still needs a token goes to the lane `u`: messages that have theirs never wait behind it.
local function eligible(queue, tenant, mid, seq, unpaid)
  if unpaid then
    call('ZADD', P .. 'u:' .. queue .. ':' .. tenant, seq, mid)
    if call('ZSCORE', P .. 'due', parked_member(queue, tenant)) then return end
  else
    call('ZADD', P .. 'l:' .. queue .. ':' .. tenant, seq, mid)
  end
  ready(queue, tenant)
  available(queue, 1)
end

-- A message arrives in its queue: takes its number, joins its sequence key, and is eligible if it is the key's head.
local function join(queue, tenant, mid, key, unpaid)
  local seq = call('INCR', P .. 'n:' .. queue)
  if seq == 1 then call('SADD', P .. 'queues', queue) end
  call('HSET', message_key(tenant, mid), 's', seq)
  if key ~= '' then
    local k = P .. 'k:' .. queue .. ':' .. tenant .. ':' .. key
    call('ZADD', k, seq, mid)
    if call('ZRANK', k, mid) > 0 then return end
  end
  eligible(queue, tenant, mid, seq, unpaid)
end

-- A new message, once per id. False if the id is known: it waits, runs, or was settled a moment ago.
local function enqueue(tenant, mid, queue, key, cost, payload, delay_ms, unpaid)
  local m = message_key(tenant, mid)
  if call('EXISTS', m) == 1 then return false end
  call('HSET', m, 'p', payload, 'q', queue, 'k', key, 'c', cost, 'd', 0)
  if unpaid then call('HSET', m, 't', 1) end
  call('HINCRBY', P .. 'z:' .. queue, tenant, 1)
  if delay_ms > 0 then
    come_due(now + delay_ms, 'm|' .. tenant .. '|' .. mid, queue)
  else
    join(queue, tenant, mid, key, unpaid)
  end
  return true
end

-- Back to its place in the lane (stop, lost reply, dead process, retry due). It is still the head of its key.
local function give_back(tenant, mid)
  local m = call('HMGET', message_key(tenant, mid), 'q', 's', 't')
  if m[1] then eligible(m[1], tenant, mid, m[2], m[3] == '1') end
end

-- A message left its queue for good: count it out and let the next of its key come.
local function leave(queue, tenant, mid, key)
  if call('HINCRBY', P .. 'z:' .. queue, tenant, -1) <= 0 then call('HDEL', P .. 'z:' .. queue, tenant) end
  if key == '' then return end
  local k = P .. 'k:' .. queue .. ':' .. tenant .. ':' .. key
  call('ZREM', k, mid)
  local head = call('ZRANGE', k, 0, 0, 'WITHSCORES')
  if head[1] then
    eligible(queue, tenant, head[1], head[2], call('HGET', message_key(tenant, head[1]), 't') == '1')
  end
end

-- Move what has come due: delayed messages into their lanes, parked tenants back to ready. At most DUE_BATCH.
local function move_due()
  local members = call('ZRANGEBYSCORE', P .. 'due', '-inf', now, 'LIMIT', 0, DUE_BATCH)
  for _, member in ipairs(members) do
    call('ZREM', P .. 'due', member)
    local kind, first, second = string.match(member, '^(%a)|([^|]*)|(.*)$')
    if kind == 'p' then
      local waiting = call('ZCARD', P .. 'u:' .. first .. ':' .. second)
      if waiting > 0 then
        ready(first, second)
        available(first, waiting)
      end
    else
      local m = call('HMGET', message_key(first, second), 'q', 's', 'k', 't')
      if m[2] then
        eligible(m[1], first, second, m[2], m[4] == '1')
      elseif m[1] then
        join(m[1], first, second, m[3], m[4] == '1')
      end
    end
  end
end

-- The head of a ready tenant's lanes: mid and the lane it lies in, or nil when nothing may start (the tenant is then parked).
local function head(queue, tenant)
  local l, u = P .. 'l:' .. queue .. ':' .. tenant, P .. 'u:' .. queue .. ':' .. tenant
  local paid = call('ZRANGE', l, 0, 0, 'WITHSCORES')
  local unpaid = call('ZRANGE', u, 0, 0, 'WITHSCORES')
  if unpaid[1] and not (paid[1] and tonumber(paid[2]) < tonumber(unpaid[2])) then
    local parked = parked_member(queue, tenant)
    if not call('ZSCORE', P .. 'due', parked) then
      local bucket, rate, burst = tenant_bucket(tenant)
      local wait_ms, tokens = token_wait(bucket, rate, burst)
      if wait_ms == 0 then
        take_token(bucket, rate, burst, tokens)
        call('HDEL', message_key(tenant, unpaid[1]), 't')
        return unpaid[1], u
      end
      come_due(now + wait_ms, parked, queue)
    end
  end
  return paid[1], l
end

-- Start the next message of a queue at `process`: the least served ready tenant first (VTC). Nil when nothing may start.
-- O(log tenants + log lane); looks at no more than DUE_BATCH tenants that turn out to wait for a token.
local function dispatch(queue, process)
  local r = P .. 'r:' .. queue
  for _ = 1, DUE_BATCH do
    local top = call('ZRANGE', r, 0, 0, 'WITHSCORES')
    local tenant = top[1]
    if not tenant then return nil end
    local counter = tonumber(top[2])
    local mid, lane = head(queue, tenant)
    if not mid then
      absent(queue, tenant, counter)
    else
      call('ZREM', lane, mid)
      local key = message_key(tenant, mid)
      local m = call('HMGET', key, 'p', 'c')
      if m[1] then
        local delivery = call('HINCRBY', key, 'd', 1)
        call('HSET', P .. 'f:' .. process, mid, tenant .. '|' .. delivery)
        advance_time(queue, counter)
        counter = charge(queue, tenant, counter, tonumber(m[2]))
      end
      local l, u = P .. 'l:' .. queue .. ':' .. tenant, P .. 'u:' .. queue .. ':' .. tenant
      if call('EXISTS', l, u) > 0 then call('ZADD', r, counter, tenant) else absent(queue, tenant, counter) end
      if m[1] then
        if made[queue] then made[queue] = made[queue] - 1 end
        return { queue, tenant, mid, call('HGET', key, 'd'), m[1] }
      end
    end
  end
  return nil
end

-- Start up to `count` messages from `queues` (ARGV positions first..last, most urgent first); fewer than asked registers the
-- process as idle in the same breath, so no wake-up can be lost in between.
local function start(process, count, first, last)
  call('ZADD', P .. 'procs', 'NX', now, process)
  local given = {}
  for _ = 1, count do
    local entry = nil
    for position = first, last do
      entry = dispatch(ARGV[position], process)
      if entry then break end
    end
    if not entry then break end
    given[#given + 1] = entry
  end
  local idle = #given < count
  for position = first, last do
    if idle then call('ZADD', P .. 'idle:' .. ARGV[position], now, process) end
  end
  return given, idle
end

-- The answer of fetch and settle: settled?, ms until something comes due (-1: nothing), then five fields per message.
local function answer(settled, given, idle)
  local next_due = -1
  if idle then
    local top = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
    if top[1] then next_due = math.max(0, tonumber(top[2]) - now) end
  end
  local flat = { settled, next_due }
  for _, entry in ipairs(given) do
    for _, field in ipairs(entry) do flat[#flat + 1] = field end
  end
  return flat
end

-- Each calling slot of a process remembers its last call, so that the same call after a lost reply gets the same answer.
local function remember(process, slot, number, settled, given)
  local parts = { number, settled }
  for _, entry in ipairs(given) do
    parts[#parts + 1] = entry[1] .. '|' .. entry[2] .. '|' .. entry[3] .. '|' .. entry[4]
  end
  call('HSET', P .. 'c:' .. process, slot, table.concat(parts, ' '))
end

-- The remembered answer of this very call, or nil. Messages taken back meanwhile are no longer part of it.
local function recall(process, slot, number)
  local last = call('HGET', P .. 'c:' .. process, slot)
  if not last or string.sub(last, 1, #number + 1) ~= number .. ' ' then return nil end
  local given, settled = {}, 0
  local position = 0
  for part in string.gmatch(last, '%S+') do
    position = position + 1
    if position == 2 then settled = tonumber(part) end
    if position > 2 then
      local queue, tenant, mid, delivery = string.match(part, '^([^|]*)|([^|]*)|([^|]*)|(.*)$')
      if call('HGET', P .. 'f:' .. process, mid) == tenant .. '|' .. delivery then
        given[#given + 1] = { queue, tenant, mid, delivery, call('HGET', message_key(tenant, mid), 'p') }
      end
    end
  end
  return answer(settled, given, false)
end

-- Everything in flight at a process returns to the heads of its lanes. O(in flight there), at most `limit`; true when all did.
local function return_all(process, limit)
  local flight = call('HGETALL', P .. 'f:' .. process)
  for position = 1, math.min(#flight, 2 * limit), 2 do
    call('HDEL', P .. 'f:' .. process, flight[position])
    give_back(string.match(flight[position + 1], '^[^|]*'), flight[position])
  end
  return #flight <= 2 * limit
end

local function forget(process)
  call('ZREM', P .. 'procs', process)
  call('DEL', P .. 'c:' .. process, P .. 'w:' .. process, P .. 'f:' .. process, P .. 'missed:' .. process)
end

