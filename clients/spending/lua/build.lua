-- build: put a tenant's sums and holds back as the ledger has them, under a generation that the ledger gave out for it.
-- KEYS as in reserve. ARGV 2 generation, 3 first day that the sums know, 4 how long to keep them (ms), 5 how many pairs are
-- sums, then pairs: field and value of each sum, call and hold of each hold.
-- Returns 1; 0 when a younger generation, or this one, is here already: then nothing changes. Idempotent by generation.
-- Cost O(sums + holds).
local call = redis.call
local sums, holds = KEYS[1], KEYS[2]

local known = call('HGET', sums, 'generation')
if known and tonumber(known) >= tonumber(ARGV[2]) then return 0 end
call('DEL', sums, holds)
local run = string.match(call('INFO', 'server'), 'run_id:(%w+)')
call('HSET', sums, 'generation', ARGV[2], 'run', run, 'from', ARGV[3])
local first_hold = 6 + 2 * tonumber(ARGV[5])
for at = 6, #ARGV, 2 do
  call('HSET', at < first_hold and sums or holds, ARGV[at], ARGV[at + 1])
end
call('PEXPIRE', sums, ARGV[4])
call('PEXPIRE', holds, ARGV[4])
return 1
