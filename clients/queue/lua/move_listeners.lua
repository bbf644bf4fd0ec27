-- move_listeners: who waits for one turn waits for another from now on.
-- ARGV 2 tenant, 3 from turn id, 4 to turn id
-- Returns the number of channels that listen to the second. Cost O(listeners).
local from, to = turn_key('to', ARGV[2], ARGV[3]), turn_key('to', ARGV[2], ARGV[4])
local count = call('SUNIONSTORE', to, to, from)
call('DEL', from)
call('PEXPIRE', to, TURN_MS)
return count
