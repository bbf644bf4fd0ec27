-- goodbye: a process ends; whatever is still in flight there goes back to the heads of its lanes and it is forgotten.
-- ARGV 2 process, 3.. its queues
-- Returns 1 when everything went back (0: call again). Cost O(in flight at the process), at most 1,000.
local process = ARGV[2]
for position = 3, #ARGV do call('ZREM', P .. 'idle:' .. ARGV[position], process) end
local all = return_all(process, 1000)
if all then forget(process) end
wake_all()
return all and 1 or 0
