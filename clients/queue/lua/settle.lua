-- settle: carry out the verdict on one delivery, then start up to `count` next messages in the same call.
-- ARGV 2 process, 3 call slot, 4 call number, 5 tenant, 6 message id, 7 delivery,
--      8 verdict: done | later | dead | back, 9 delay_ms (later), 10 new payload (later, dead; '' keeps it),
--      11 error class, 12 error message, 13 code location (dead), 14 real cost (done, later; '' as estimated),
--      15 count, 16 how many of the queues are bulk, 17.. queues in order, bulk ones last
-- Returns as fetch does; the first field is 0 when this delivery is no longer in flight here: it was given to another
-- (the process was taken for dead, or the id unreported), and the verdict is void.
-- Cost O(log tenants + log lane + log due). The same call again returns the same answer.
local SETTLED_MS = 15000 -- a settled id is refused for so long: its enqueue may be repeated after a lost reply
local process, tenant, mid = ARGV[2], ARGV[5], ARGV[6]
local state = memory(process, ARGV[3])
local again = recall(process, state.last, ARGV[4])
if again then return again end

local function carry_out(verdict)
  if verdict == 'back' then return give_back(process, tenant, mid, false) end
  local key = message_key(tenant, mid)
  local m = call('HMGET', key, 'q', 'k', 'c', 'a')
  local queue = m[1]
  land(process, queue, tenant, mid)
  if state.alone == mid then open_up(process, queue) end
  if ARGV[14] ~= '' then correct(queue, tenant, m[4], tonumber(ARGV[14]) - tonumber(m[3])) end
  if ARGV[10] ~= '' then call('HSET', key, 'p', ARGV[10]) end
  if verdict == 'later' then
    come_due(now + tonumber(ARGV[9]), 'm|' .. tenant .. '|' .. mid, queue)
  else
    if verdict == 'dead' then
      bury(tenant, mid, ARGV[11], ARGV[12], ARGV[13])
    else
      call('SET', key, '', 'PX', SETTLED_MS)
    end
    leave(queue, tenant, mid, m[2])
  end
  return resume(queue, tenant)
end

local settled = 0
if call('HGET', P .. 'f:' .. process, mid) == tenant .. '|' .. ARGV[7] then
  settled = 1
  carry_out(ARGV[8])
  if state.alone == mid then state.alone = false end
end
local given, idle = {}, false
local count = tonumber(ARGV[15])
if count > 0 then
  move_due()
  given, idle = start(process, state, count, 17, #ARGV, tonumber(ARGV[16]))
end
remember(process, ARGV[3], ARGV[4], settled, given)
wake_all()
return answer(settled, given, idle)
