-- settle: carry out the verdict on one delivery, then start up to `count` next messages in the same call.
-- ARGV 2 process, 3 call slot, 4 call number, 5 tenant, 6 message id, 7 delivery,
--      8 verdict: done | later | dead | back, 9 delay_ms (later), 10 new payload ('' keeps it),
--      11 error class, 12 error message, 13 code location (dead), 14 count, 15.. queues in order
-- Returns as fetch does; the first field is 0 when this delivery is no longer in flight here: it was given to another
-- (the process was taken for dead, or the id unreported), and the verdict is void.
-- Cost O(log tenants + log lane + log due). The same call again returns the same answer.
local DEAD_MAX, DEAD_MS = 1000, 30 * 86400000
local SETTLED_MS = 15000 -- a settled id is refused for so long: its enqueue may be repeated after a lost reply
local process, tenant, mid = ARGV[2], ARGV[5], ARGV[6]
local again = recall(process, ARGV[3], ARGV[4])
if again then return again end

local function carry_out(verdict)
  local key = message_key(tenant, mid)
  local m = call('HMGET', key, 'q', 'k')
  call('HDEL', P .. 'f:' .. process, mid)
  if verdict == 'back' then return give_back(tenant, mid) end
  if verdict == 'later' then
    if ARGV[10] ~= '' then call('HSET', key, 'p', ARGV[10]) end
    return come_due(now + tonumber(ARGV[9]), 'm|' .. tenant .. '|' .. mid, m[1])
  end
  if verdict == 'dead' then
    local dead = P .. 'dead:' .. tenant
    call('HSET', key, 'error', ARGV[11], 'why', ARGV[12], 'where', ARGV[13])
    call('PEXPIRE', key, DEAD_MS)
    call('ZADD', dead, now, mid)
    call('ZREMRANGEBYSCORE', dead, '-inf', now - DEAD_MS)
    if call('ZCARD', dead) > DEAD_MAX then call('DEL', message_key(tenant, call('ZPOPMIN', dead)[1])) end
  else
    call('SET', key, '', 'PX', SETTLED_MS)
  end
  return leave(m[1], tenant, mid, m[2])
end

local settled = 0
if call('HGET', P .. 'f:' .. process, mid) == tenant .. '|' .. ARGV[7] then
  settled = 1
  carry_out(ARGV[8])
end
local given, idle = {}, false
local count = tonumber(ARGV[14])
if count > 0 then
  move_due()
  given, idle = start(process, count, 15, #ARGV)
end
remember(process, ARGV[3], ARGV[4], settled, given)
wake_all()
return answer(settled, given, idle)
