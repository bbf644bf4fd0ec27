-- fetch: start up to `count` messages at a process; fewer than asked registers it as idle.
-- ARGV 2 process, 3 call slot, 4 call number, 5 count, 6.. queues in order
-- Count 0 is the last fetch of a process that stops: it is no longer idle, and what it may have been woken for others get.
-- Returns [1, ms until something comes due or -1, then queue, tenant, message id, delivery, payload per message].
-- Cost O(count * (log tenants + log lane)) + at most 100 due members. The same call again returns the same messages.
local process, count = ARGV[2], tonumber(ARGV[5])
local again = recall(process, ARGV[3], ARGV[4])
if again then return again end
move_due()
call('DEL', P .. 'w:' .. process)
local given, idle = start(process, count, 6, #ARGV)
if not idle then
  for position = 6, #ARGV do
    call('ZREM', P .. 'idle:' .. ARGV[position], process)
    if count == 0 and call('EXISTS', P .. 'r:' .. ARGV[position]) == 1 then available(ARGV[position], DUE_BATCH) end
  end
end
remember(process, ARGV[3], ARGV[4], 1, given)
wake_all()
return answer(1, given, idle)
