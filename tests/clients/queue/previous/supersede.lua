-- supersede: a newer turn takes this one's messages, unless this one has already released something or ended.
-- ARGV 2 tenant, 3 turn id, 4 the newer turn's id
-- Returns 1, or 0 when it is too late. The first newer turn stays on record. Cost O(1).
local mark = turn_key('s', ARGV[2], ARGV[3])
local state = call('HMGET', mark, 'r', 'end')
if state[1] or state[2] then return 0 end
call('HSETNX', mark, 'by', ARGV[4])
call('PEXPIRE', mark, TURN_MS)
return 1
