-- Lanes, sequence keys, time: how a message comes to where it may start, and who is woken for it.

local ALIVE_MS = 2500 -- a process that reported later than this is worth waking
local DUE_BATCH = 100 -- delayed messages and parked tenants moved by one call

local made = {} -- queue -> messages that became available during this call

local function message_key(tenant, mid) return P .. 'm:' .. tenant .. ':' .. mid end
local function lanes_of(queue, tenant) return P .. 'l:' .. queue .. ':' .. tenant, P .. 'u:' .. queue .. ':' .. tenant end
local function parked_member(queue, tenant) return 'p|' .. queue .. '|' .. tenant end
local function parked(queue, tenant) return call('ZSCORE', P .. 'due', parked_member(queue, tenant)) end

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

-- Put a message into its lane at its own place (score = arrival), so that a returned one is at the head again.
-- One that still needs a token goes to the lane `u`: messages that have theirs never wait behind it.
local function eligible(queue, tenant, mid, seq, unpaid)
  local l, u = lanes_of(queue, tenant)
  call('ZADD', P .. 'o:' .. queue, 'LT', seq, tenant)
  call('ZADD', unpaid and u or l, seq, mid)
  if unpaid and parked(queue, tenant) then return end
  ready(queue, tenant)
  available(queue, 1)
end

-- The next arrival number of a queue: a thousandth of it is the time in ms, and it always rises.
local function next_number(queue)
  local last = call('GET', P .. 'n:' .. queue)
  if not last then call('SADD', P .. 'queues', queue) end
  local seq = math.max(tonumber(last or '0') + 1, now * 1000)
  call('SET', P .. 'n:' .. queue, seq)
  return seq
end

-- A message arrives in its queue: takes its number, joins its sequence key, and is eligible if it is the key's head.
local function join(queue, tenant, mid, key, unpaid)
  local seq = next_number(queue)
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

-- A tenant has capacity again, or new limits: if something of it may start and it is not ready, it returns.
local function resume(queue, tenant)
  if not call('ZSCORE', P .. 'o:' .. queue, tenant) or call('ZSCORE', P .. 'r:' .. queue, tenant) then return end
  local l, u = lanes_of(queue, tenant)
  if call('EXISTS', l) == 1 or (call('EXISTS', u) == 1 and not parked(queue, tenant)) then
    ready(queue, tenant)
    available(queue, 1)
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

