-- settle: a call's hold becomes what the call cost; 0 gives all of it back.
-- KEYS as in reserve. ARGV 2 call, 3 what it cost.
-- Returns {spent of the day, spent of the month} of the call's own day and month, without what is held; {} when there is no
-- such hold: it was settled, or is in the ledger alone. Idempotent by call. Cost O(1).
local call = redis.call
local sums, holds, id, amount = KEYS[1], KEYS[2], ARGV[2], ARGV[3]

local known = call('HGET', holds, id)
if not known then return {} end
local held, day, month, public = string.match(known, '^%d+|(%d+)|([^|]+)|([^|]+)|(%d)|')
call('HDEL', holds, id)
local difference = string.format('%.0f', tonumber(amount) - tonumber(held))
call('HINCRBY', sums, 'd:' .. day, difference)
call('HINCRBY', sums, 'm:' .. month, difference)
if public == '1' then
  call('HINCRBY', sums, 'pd:' .. day, difference)
  call('HINCRBY', sums, 'pm:' .. month, difference)
end
local of_day = call('HINCRBY', sums, 'sd:' .. day, amount)
local of_month = call('HINCRBY', sums, 'sm:' .. month, amount)
return { string.format('%.0f', of_day), string.format('%.0f', of_month) }
