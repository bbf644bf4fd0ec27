-- reserve: take money from a tenant's budget for one call, before the call; the first offer that fits is taken.
-- KEYS[1] sums, KEYS[2] holds: both carry the tenant in their hash tag. ARGV[1] the time in ms ('' the server's own clock).
-- ARGV 2 call, 3 day, 4 month, 5 first day that must be known, 6 lowest generation, 7 when the call is over at the latest (ms),
-- 8 public (1 or 0), 9 cap of the day, 10 of the month, 11 of the day and 12 of the month for public calls ('' none),
-- then for each offer: amount, and which percentage of the caps it may fill.
-- Returns {'granted', number of the offer from 1, generation}; {'refused', 1 where holds of calls that are over are in the way};
-- {'rebuild'} when the sums are not there, not of this server's life (a restart or a fail-over may have lost the last ones), or
-- older than the ledger's generation. Idempotent by call. Cost O(offers); a refusal O(holds).
local call = redis.call
local sums, holds, id, day, month = KEYS[1], KEYS[2], ARGV[2], ARGV[3], ARGV[4]

local state = call('HMGET', sums, 'generation', 'run', 'from')
local run = string.match(call('INFO', 'server'), 'run_id:(%w+)')
if not state[1] or state[2] ~= run or state[3] > ARGV[5] or tonumber(state[1]) < tonumber(ARGV[6]) then
  return { 'rebuild' }
end
local known = call('HGET', holds, id)
if known then return { 'granted', string.match(known, '^%d+'), state[1] } end -- the answer to the first try was lost

local fields = { 'd:' .. day, 'm:' .. month }
if ARGV[8] == '1' then
  fields[3], fields[4] = 'pd:' .. day, 'pm:' .. month
end
local taken = call('HMGET', sums, unpack(fields))

local function fits(amount, percent)
  if amount == 0 then return true end -- also where a cap was lowered below what is spent
  for number = 1, #fields do
    local cap = ARGV[8 + number]
    if cap ~= '' and tonumber(taken[number] or '0') + amount > math.floor(tonumber(cap) * percent / 100) then return false end
  end
  return true
end

local function now()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

for at = 13, #ARGV, 2 do
  if fits(tonumber(ARGV[at]), tonumber(ARGV[at + 1])) then
    for _, field in ipairs(fields) do call('HINCRBY', sums, field, ARGV[at]) end
    local number = (at - 11) / 2
    call('HSET', holds, id, table.concat({ number, ARGV[at], day, month, ARGV[8], ARGV[7] }, '|'))
    return { 'granted', string.format('%d', number), state[1] }
  end
end
local at_ms = now()
for _, hold in ipairs(call('HVALS', holds)) do
  if tonumber(string.match(hold, '(%d+)$')) < at_ms then return { 'refused', '1' } end
end
return { 'refused', '0' }
