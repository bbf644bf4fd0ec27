-- release: let one sentence of a turn go out, unless a person or a newer turn came first.
-- ARGV 2 tenant, 3 conversation id, 4 turn id, 5 sentence number from 1, 6 kind, 7 data (JSON), 8 epoch the worker knows,
--      9 fence: a number that rises with each claim of the turn; a holder of an older claim is told `ended`, 0 claims nothing
-- Number 0 says nothing and only raises the fence.
-- Returns sent (also when this number is out already), human, superseded (only before the first sentence) or ended.
-- Cost O(listeners).
local tenant, turn, number = ARGV[2], ARGV[4], tonumber(ARGV[5])
local mark = turn_key('s', tenant, turn)
local state = call('HMGET', mark, 'r', 'by', 'end', 'fence')
local fence = tonumber(ARGV[9])
if fence > 0 then
  if fence < tonumber(state[4] or '0') then return 'ended' end
  call('HSET', mark, 'fence', ARGV[9])
  call('PEXPIRE', mark, TURN_MS)
end
local released = tonumber(state[1] or '0')
if number <= released then return 'sent' end
if state[3] then return 'ended' end
local epoch = call('GET', P .. 'e:' .. tenant .. ':' .. ARGV[3])
if epoch and tonumber(epoch) > tonumber(ARGV[8]) then return 'human' end
if state[2] and released == 0 then return 'superseded' end
call('HSET', mark, 'r', number)
call('PEXPIRE', mark, TURN_MS)
tell(tenant, turn, ARGV[6], ARGV[7])
return 'sent'
