-- In flight: how a message is given to a process, and how it comes back or ends.

local BULK_AFTER = 19 -- starts of interactive queues in a row before a bulk queue is asked first: bulk gets 5 %
local ALONE_FROM, POISON_AT = 3, 5 -- returns by dead processes: runs alone from, is dead-lettered at
local DEAD_MAX, DEAD_MS = 1000, 30 * 86400000
local HOURS_MS = 3 * 3600000 -- how long an hour's statistics are kept

local function flight_of(queue, tenant) return P .. 'i:' .. queue .. ':' .. tenant end

-- Whether a tenant has as many messages in flight as it may. A few members are checked each time, so that one which another
-- release took back without saying so does not count for ever.
local function full(queue, tenant, cap)
  local flight = flight_of(queue, tenant)
  if call('SCARD', flight) < cap then return false end
  for _, mid in ipairs(call('SRANDMEMBER', flight, 3)) do
    local holder = redis.pcall('HGET', message_key(tenant, mid), 'h')
    if type(holder) ~= 'string' or not call('HGET', P .. 'f:' .. holder, mid) then call('SREM', flight, mid) end
  end
  return call('SCARD', flight) >= cap
end

-- The head of a ready tenant's lanes: mid and the lane it lies in, or nil when nothing may start (the tenant is then parked).
local function head(queue, tenant, rate, burst)
  local l, u = lanes_of(queue, tenant)
  local paid = call('ZRANGE', l, 0, 0, 'WITHSCORES')
  local unpaid = call('ZRANGE', u, 0, 0, 'WITHSCORES')
  if unpaid[1] and not (paid[1] and tonumber(paid[2]) < tonumber(unpaid[2])) and not parked(queue, tenant) then
    local bucket = P .. 'b:' .. tenant
    local wait_ms, tokens = token_wait(bucket, rate, burst)
    if wait_ms == 0 then
      take_token(bucket, rate, burst, tokens)
      call('HDEL', message_key(tenant, unpaid[1]), 't')
      return unpaid[1], u
    end
    come_due(now + wait_ms, parked_member(queue, tenant), queue)
  end
  return paid[1], l
end

-- What still waits decides whether a tenant stays ready: its counter, and since when its oldest message waits.
local function after_dispatch(queue, tenant, counter, weight)
  local l, u = lanes_of(queue, tenant)
  local paid, unpaid = call('ZRANGE', l, 0, 0, 'WITHSCORES')[2], call('ZRANGE', u, 0, 0, 'WITHSCORES')[2]
  local oldest = paid
  if not paid or (unpaid and tonumber(unpaid) < tonumber(paid)) then oldest = unpaid end
  if oldest then
    call('ZADD', P .. 'r:' .. queue, counter, tenant)
    call('ZADD', P .. 'o:' .. queue, oldest, tenant)
  else
    call('ZREM', P .. 'o:' .. queue, tenant)
    absent(queue, tenant, counter, weight)
  end
end

-- Who was served how much, and waited how long for it, this hour: for inspection only.
local function count_start(queue, tenant, cost, waited_ms)
  local about = queue .. ':' .. math.floor(now / 3600000)
  call('ZINCRBY', P .. 'svc:' .. about, cost, tenant)
  if waited_ms then call('HINCRBY', P .. 'ws:' .. about, tenant, waited_ms) end
  if call('HINCRBY', P .. 'st:' .. about, tenant, waited_ms and 1 or 0) <= 1 then
    for _, kind in ipairs({ 'svc:', 'ws:', 'st:' }) do call('PEXPIRE', P .. kind .. about, HOURS_MS) end
  end
end

-- Give a message that has left its lane to `process`, charging its tenant: the estimate and what is still owed.
local function give(queue, process, tenant, mid, counter, weight)
  local key = message_key(tenant, mid)
  local m = call('HMGET', key, 'p', 'c', 'd', 'x', 's')
  if not m[1] then
    after_dispatch(queue, tenant, counter, weight)
    return nil
  end
  local owed = owes(queue, tenant)
  local due = tonumber(m[2]) + owed
  local charged = math.max(0, due)
  if owed ~= 0 then owe(queue, tenant, math.min(0, due)) end
  advance_time(queue, counter)
  counter = counter + charged / weight
  local delivery = tonumber(m[3]) + 1
  call('HSET', key, 'd', delivery, 'a', counter, 'h', process)
  call('HSET', P .. 'f:' .. process, mid, tenant .. '|' .. delivery)
  call('SADD', flight_of(queue, tenant), mid)
  after_dispatch(queue, tenant, counter, weight)
  count_start(queue, tenant, charged, delivery == 1 and math.max(0, math.floor(now - tonumber(m[5]) / 1000)))
  local alone = tonumber(m[4] or '0') >= ALONE_FROM and 1 or 0
  return { queue, tenant, mid, delivery, alone, m[1] }
end

local cut_short = false -- more ready tenants than one call looks at: the process asks again at once

-- Start the next message of a queue at `process`: the least served ready tenant first (VTC). Nil when nothing may start.
-- O(log tenants + log lane); looks at no more than DUE_BATCH tenants that turn out to wait for a token or for capacity.
local function dispatch(queue, process)
  for _ = 1, DUE_BATCH do
    local top = call('ZRANGE', P .. 'r:' .. queue, 0, 0, 'WITHSCORES')
    local tenant = top[1]
    if not tenant then return nil end
    local weight, rate, burst, cap = limits_of(tenant)
    local mid, lane
    if cap and full(queue, tenant, cap) then
      call('ZADD', P .. 'o:' .. queue, 'NX', now * 1000, tenant) -- it must be found again, whoever enqueued
    else
      mid, lane = head(queue, tenant, rate, burst)
    end
    if not mid then
      absent(queue, tenant, tonumber(top[2]), weight)
    else
      call('ZREM', lane, mid)
      local entry = give(queue, process, tenant, mid, tonumber(top[2]), weight)
      if entry then
        if made[queue] then made[queue] = made[queue] - 1 end
        return entry
      end
    end
  end
  cut_short = true
  return nil
end

-- What a process told last: its answer to this calling slot, the message that runs alone there, interactive starts in a row.
local function memory(process, slot)
  local told = call('HMGET', P .. 'c:' .. process, slot, 'alone', 'bulk')
  return { last = told[1], alone = told[2], interactive = tonumber(told[3] or '0') }
end

-- Start up to `count` messages from the queues at ARGV first..last, the last `bulk` of them of the class bulk. Fewer than
-- asked registers the process as idle in the same breath, so no wake-up can be lost in between.
local function start(process, state, count, first, last, bulk)
  call('ZADD', P .. 'procs', 'NX', now, process)
  local given, before = {}, state.interactive
  local function from(low, high)
    for position = low, high do
      local entry = dispatch(ARGV[position], process)
      if entry then return entry end
    end
  end
  while #given < count and not state.alone do
    local entry = bulk > 0 and state.interactive >= BULK_AFTER and from(last - bulk + 1, last)
    if entry then
      state.interactive = 0
    else
      entry = from(first, last - bulk)
      if entry then
        state.interactive = math.min(BULK_AFTER, state.interactive + 1)
      else
        entry = bulk > 0 and from(last - bulk + 1, last)
        if not entry then break end
        state.interactive = 0
      end
    end
    given[#given + 1] = entry
    if entry[5] == 1 then
      state.alone = entry[3]
      call('HSET', P .. 'c:' .. process, 'alone', entry[3])
    end
  end
  if bulk > 0 and state.interactive ~= before then call('HSET', P .. 'c:' .. process, 'bulk', state.interactive) end
  local idle = #given < count and not state.alone
  for position = first, last do
    if idle then call('ZADD', P .. 'idle:' .. ARGV[position], now, process) end
  end
  return given, idle
end

-- The answer of fetch and settle: settled?, ms until something comes due (-1: nothing), then six fields per message.
local function answer(settled, given, idle)
  local next_due = -1
  if idle then
    local top = call('ZRANGE', P .. 'due', 0, 0, 'WITHSCORES')
    if top[1] then next_due = math.max(0, tonumber(top[2]) - now) end
    if cut_short then next_due = 0 end
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
    parts[#parts + 1] = entry[1] .. '|' .. entry[2] .. '|' .. entry[3] .. '|' .. entry[4] .. '|' .. entry[5]
  end
  call('HSET', P .. 'c:' .. process, slot, table.concat(parts, ' '))
end

-- The remembered answer of this very call, or nil. Messages taken back meanwhile are no longer part of it.
local function recall(process, last, number)
  if not last or string.sub(last, 1, #number + 1) ~= number .. ' ' then return nil end
  local given, settled = {}, 0
  local position = 0
  for part in string.gmatch(last, '%S+') do
    position = position + 1
    if position == 2 then settled = tonumber(part) end
    if position > 2 then
      local queue, tenant, mid, delivery, alone = string.match(part, '^([^|]*)|([^|]*)|([^|]*)|([^|]*)|(.*)$')
      if call('HGET', P .. 'f:' .. process, mid) == tenant .. '|' .. delivery then
        given[#given + 1] = { queue, tenant, mid, delivery, alone, call('HGET', message_key(tenant, mid), 'p') }
      end
    end
  end
  return answer(settled, given, false)
end

-- A message is no longer in flight at a process.
local function land(process, queue, tenant, mid)
  call('HDEL', P .. 'f:' .. process, mid)
  call('SREM', flight_of(queue, tenant), mid)
end

-- What ran alone at a process is over: it may fetch again.
local function open_up(process, queue)
  call('HDEL', P .. 'c:' .. process, 'alone')
  call('LPUSH', P .. 'w:' .. process, queue)
end

-- Set a message aside for a person: at most DEAD_MAX of a tenant, for DEAD_MS.
local function bury(tenant, mid, error, why, where)
  local key, dead = message_key(tenant, mid), P .. 'dead:' .. tenant
  call('HSET', key, 'error', error, 'why', why, 'where', where)
  call('PEXPIRE', key, DEAD_MS)
  call('ZADD', dead, now, mid)
  call('PEXPIRE', dead, DEAD_MS)
  call('ZREMRANGEBYSCORE', dead, '-inf', now - DEAD_MS)
  if call('ZCARD', dead) > DEAD_MAX then call('DEL', message_key(tenant, call('ZPOPMIN', dead)[1])) end
end

-- Back to its place in the lane, its charge returned: the process stops, died, or never got the answer. It is still the head
-- of its key. What has gone down with a process too often ends as a dead letter.
local function give_back(process, tenant, mid, died)
  local key = message_key(tenant, mid)
  local m = call('HMGET', key, 'q', 's', 't', 'c', 'a', 'k')
  if not m[1] then return call('HDEL', P .. 'f:' .. process, mid) end
  local queue = m[1]
  land(process, queue, tenant, mid)
  if call('HGET', P .. 'c:' .. process, 'alone') == mid then open_up(process, queue) end
  correct(queue, tenant, m[5], -tonumber(m[4]))
  if died and call('HINCRBY', key, 'x', 1) >= POISON_AT then
    bury(tenant, mid, 'Poison', 'the process died ' .. POISON_AT .. ' times while it ran', '')
    leave(queue, tenant, mid, m[6])
    return resume(queue, tenant)
  end
  eligible(queue, tenant, mid, m[2], m[3] == '1')
end

-- Everything in flight at a process returns to the heads of its lanes. O(in flight there), at most `limit`; true when all did.
local function return_all(process, limit, died)
  local flight = call('HGETALL', P .. 'f:' .. process)
  for position = 1, math.min(#flight, 2 * limit), 2 do
    give_back(process, string.match(flight[position + 1], '^[^|]*'), flight[position], died)
  end
  return #flight <= 2 * limit
end

local function forget(process)
  call('ZREM', P .. 'procs', process)
  call('DEL', P .. 'c:' .. process, P .. 'w:' .. process, P .. 'f:' .. process, P .. 'missed:' .. process)
end

