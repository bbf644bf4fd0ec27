-- revive: a dead letter enters its queue again as if it were new, or is dropped.
-- ARGV 2 tenant, 3 message id, 4 retry | drop, 5 payload to run ('' keeps it)
-- Returns 1, or 0 when there is no such letter. Cost O(log letters + log lane + log tenants).
-- Retried again, it is 1 as long as the message is known; dropped again, 0.
local tenant, mid = ARGV[2], ARGV[3]
local key = message_key(tenant, mid)
if call('ZREM', P .. 'dead:' .. tenant, mid) == 0 then return ARGV[4] == 'retry' and call('EXISTS', key) or 0 end
local m = call('HMGET', key, 'q', 'k')
if not m[1] then return 0 end
if ARGV[4] == 'drop' then
  call('DEL', key)
  return 1
end
call('HDEL', key, 'error', 'why', 'where', 'x')
call('PERSIST', key)
if ARGV[5] ~= '' then call('HSET', key, 'p', ARGV[5]) end
call('HINCRBY', P .. 'z:' .. m[1], tenant, 1)
join(m[1], tenant, mid, m[2], false)
wake_all()
return 1
