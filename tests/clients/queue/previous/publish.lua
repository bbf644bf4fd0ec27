-- publish: append and publish one event of a turn without any check; each kind occurs once per turn.
-- ARGV 2 tenant, 3 turn id, 4 kind, 5 data (JSON), 6 whether this kind ends the turn (1/0), 7 its
-- conversation: whoever watches that hears of an end too
-- Returns the event's number; for a kind that is there already, its number, and for an end after another end, 0. O(listeners).
local tenant, turn, kind = ARGV[2], ARGV[3], ARGV[4]
local mark = turn_key('s', tenant, turn)
local known = call('HGET', mark, 'k:' .. kind)
if known then return tonumber(known) end
if ARGV[6] == '1' and call('HSETNX', mark, 'end', kind) == 0 then return 0 end
local number = tell(tenant, turn, kind, ARGV[5])
call('HSET', mark, 'k:' .. kind, number)
call('PEXPIRE', mark, TURN_MS)
if ARGV[6] == '1' and ARGV[7] ~= '' then changed(tenant, ARGV[7]) end
return number
