-- enqueue: one new message, once per message id.
-- ARGV 2 tenant, 3 message id, 4 queue, 5 sequence key ('' none), 6 cost, 7 payload, 8 delay_ms
-- Returns 1, or 0 when the id is known (waiting, in flight, or settled within the last 15 s).
-- Cost O(log lane + log tenants); wakes at most one process.
local new = enqueue(ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], tonumber(ARGV[8]), false)
wake_all()
return new and 1 or 0
