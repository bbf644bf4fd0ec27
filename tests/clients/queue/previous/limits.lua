-- limits: set a tenant's weight and rate; they hold from the next dispatch on, also for a lane parked under the old rate.
-- ARGV 2 tenant, 3 weight, 4 rate per second, 5 burst
-- Returns 1. Cost O(queues * log tenants).
local tenant = ARGV[2]
call('HSET', P .. 'cfg:' .. tenant, 'weight', ARGV[3], 'rate', ARGV[4], 'burst', ARGV[5])
for _, queue in ipairs(call('SMEMBERS', P .. 'queues')) do
  if call('ZREM', P .. 'due', parked_member(queue, tenant)) == 1 then
    ready(queue, tenant)
    available(queue, 1)
  end
end
wake_all()
return 1
