-- report: a process says it lives and which deliveries it really holds; what it was given but does not hold goes back.
-- ARGV 2 process, 3.. held deliveries as "<message id>|<delivery>"
-- Returned are: what was unreported now and at least 0.9 s ago (a reply was lost), and all of a process silent for 5 s.
-- Returns the ids given back. Cost O(in flight at the process); at most 10 dead processes with 1,000 messages each.
local SILENT_MS, MISSED_MS = 5000, 900
local process = ARGV[2]
local held, returned = {}, {}
for position = 3, #ARGV do held[ARGV[position]] = true end

local before = call('ZSCORE', P .. 'procs', process)
call('ZADD', P .. 'procs', now, process)
local missed = P .. 'missed:' .. process
local flight = call('HGETALL', P .. 'f:' .. process)
local unreported = {}
for position = 1, #flight, 2 do
  local mid = flight[position]
  local tenant, delivery = string.match(flight[position + 1], '^([^|]*)|(.*)$')
  local name = mid .. '|' .. delivery
  if not held[name] then
    local since = call('HGET', missed, name)
    if since and now - tonumber(since) >= MISSED_MS then
      call('HDEL', P .. 'f:' .. process, mid)
      give_back(tenant, mid)
      returned[#returned + 1] = mid
    else
      unreported[#unreported + 1] = name
      unreported[#unreported + 1] = since or now
    end
  end
end
call('DEL', missed)
for position = 1, #unreported, 2 do call('HSET', missed, unreported[position], unreported[position + 1]) end

-- Who could not report itself a moment ago must not bury others: after a time without Redis everybody looks dead.
local buries = before and tonumber(before) > now - ALIVE_MS
for _, silent in ipairs(buries and call('ZRANGEBYSCORE', P .. 'procs', '-inf', now - SILENT_MS, 'LIMIT', 0, 10) or {}) do
  for _, mid in ipairs(call('HKEYS', P .. 'f:' .. silent)) do
    if #returned < 1000 then returned[#returned + 1] = mid end
  end
  if return_all(silent, 1000) then forget(silent) end
end
wake_all()
return returned
