-- Virtual service counters (VTC, "Fairness in Serving Large Language Models", OSDI '24), one per tenant and queue.
-- A counter moves at dispatch, where the estimate and what is still owed are charged together, and while its tenant is absent.

local function virtual_time(queue) return tonumber(call('GET', P .. 'vt:' .. queue) or '0') end

-- A tenant returns to ready, lifted to the virtual time: idling, parking and waiting earn no credit. O(log tenants).
local function ready(queue, tenant)
  local r = P .. 'r:' .. queue
  if call('ZSCORE', r, tenant) then return end
  local counter = virtual_time(queue)
  local own = call('ZSCORE', P .. 'v:' .. queue, tenant)
  if own then
    counter = math.max(counter, tonumber(own))
    call('ZREM', P .. 'v:' .. queue, tenant)
  end
  call('ZADD', r, counter, tenant)
end

-- The counter of an absent tenant is remembered only while it is above the virtual time.
local function keep(queue, tenant, counter)
  if counter > virtual_time(queue) then
    call('ZADD', P .. 'v:' .. queue, counter, tenant)
  else
    call('ZREM', P .. 'v:' .. queue, tenant)
  end
end

local function owes(queue, tenant) return tonumber(call('HGET', P .. 'owed:' .. queue, tenant) or '0') end

local function owe(queue, tenant, cost)
  if cost == 0 then
    call('HDEL', P .. 'owed:' .. queue, tenant)
  else
    call('HSET', P .. 'owed:' .. queue, tenant, cost)
  end
end

-- A tenant leaves ready; what it owes joins its counter.
local function absent(queue, tenant, counter, weight)
  call('ZREM', P .. 'r:' .. queue, tenant)
  local owed = owes(queue, tenant)
  if owed ~= 0 then owe(queue, tenant, 0) end
  keep(queue, tenant, counter + owed / weight)
end

-- The virtual time rises to what was just picked, never falls; counters it has overtaken are forgotten.
local function advance_time(queue, counter)
  if counter <= virtual_time(queue) then return end
  call('SET', P .. 'vt:' .. queue, counter)
  call('ZREMRANGEBYSCORE', P .. 'v:' .. queue, '-inf', counter)
end

-- Service turned out to cost `delta` more than was charged (less, if negative): a ready tenant pays with its next dispatch,
-- an absent one now. `after` is what its counter was when the message had been charged. O(log tenants).
local function correct(queue, tenant, after, delta)
  if delta == 0 then return end
  if call('ZSCORE', P .. 'r:' .. queue, tenant) then return owe(queue, tenant, owes(queue, tenant) + delta) end
  local own = tonumber(call('ZSCORE', P .. 'v:' .. queue, tenant) or after or virtual_time(queue))
  local weight = limits_of(tenant)
  keep(queue, tenant, own + delta / weight)
end

