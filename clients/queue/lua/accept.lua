-- accept: the ingress's one round trip: dedupe, human sign, token, enqueue.
-- ARGV 2 tenant, 3 message id, 4 queue, 5 sequence key, 6 cost, 7 payload,
--      8 conversation id, 9 turn id, 10 reply channel, 11 fingerprint, 12 dedupe_ttl_ms,
--      13 sign: '' | message | assignee | closed, 14 assignee ('' nobody), 15 token: none | wait | refuse, 16 lane limit,
--      17 number of dedupe names, names, then (name, rate per second, burst) per extra bucket
-- Returns [status, turn id, retry_after_ms, epoch ('' none), then of the tightest bucket asked by `refuse`: its name ('' none),
-- whole tokens left, ms until it is full, burst]; status is accepted, duplicate, conflict, limited, full or unchanged.
-- Nothing at all is stored unless accepted (a duplicate adds its channel to the first turn's listeners; a sign whose assignee
-- is known stores that it was seen). Cost O(log lane + log tenants + names + buckets).
-- The same call again (same message id) is accepted again and changes nothing.
local tenant, mid, queue, conversation = ARGV[2], ARGV[3], ARGV[4], ARGV[8]
local turn, channel, fingerprint, ttl = ARGV[9], ARGV[10], ARGV[11], ARGV[12]
local sign, token = ARGV[13], ARGV[15]
local ACCEPTED_MS = 8 * 86400000 -- how long a day's count of accepted visitor messages is kept
local names, first_bucket = tonumber(ARGV[17]), 18 + tonumber(ARGV[17])

local function listen(to)
  if channel == '' or to == '' then return end
  local key = turn_key('to', tenant, to)
  call('SADD', key, channel)
  call('PEXPIRE', key, TURN_MS)
end

local tight = nil -- of the buckets asked, the one that refuses longest, else the emptiest: {name, tokens, wait, rate, burst}

local function result(status, about, retry_after_ms)
  local epoch = call('GET', P .. 'e:' .. tenant .. ':' .. conversation)
  local found = { status, about or '', retry_after_ms or 0, epoch or '', '', -1, 0, 0 }
  if tight then
    found[5], found[6] = tight[1], math.floor(tight[2] + 1e-6)
    found[7], found[8] = refill_ms(tight[4], tight[5], tight[2]), tight[5]
  end
  return found
end

if call('EXISTS', message_key(tenant, mid)) == 1 then
  listen(turn)
  return result('accepted', turn)
end

for position = 18, first_bucket - 1 do
  local mark = call('GET', P .. 'x:' .. tenant .. ':' .. ARGV[position])
  if mark then
    local seen, about = string.match(mark, '^([^|]*)|([^|]*)$')
    if seen ~= fingerprint then return result('conflict', about) end
    listen(about)
    return result('duplicate', about)
  end
end

if sign == 'assignee' then
  local key = P .. 'a:' .. tenant .. ':' .. conversation
  if (call('GET', key) or '') == ARGV[14] then
    call('PEXPIRE', key, EPOCH_MS)
    return result('unchanged')
  end
  call('SET', key, ARGV[14], 'PX', EPOCH_MS)
end

if sign == 'closed' then -- whoever has it then has no need to be told again when it is opened
  call('SET', P .. 'a:' .. tenant .. ':' .. conversation, ARGV[14], 'PX', EPOCH_MS)
end

local unpaid, raised = false, nil
if sign ~= '' then
  if sign == 'message' or (sign == 'assignee' and ARGV[14] ~= '') then -- to nobody is no take-over
    raised = string.format('%.0f', raise_epoch(tenant, conversation, 0))
  end
else
  local waiting = tonumber(call('HGET', P .. 'z:' .. queue, tenant) or '0')
  if waiting >= tonumber(ARGV[16]) then return result('full', '', 1000) end

  local takes, longest = {}, 0
  local function need(name, bucket, rate, burst)
    local wait_ms, tokens = token_wait(bucket, rate, burst)
    if wait_ms == 0 then takes[#takes + 1] = { bucket, rate, burst, tokens } end
    local left = wait_ms == 0 and tokens - 1 or 0
    if not tight or wait_ms > tight[3] or (wait_ms == tight[3] and left < tight[2]) then
      tight = { name, left, wait_ms, rate, burst }
    end
    return wait_ms
  end
  for position = first_bucket, #ARGV, 3 do
    local name, burst = ARGV[position], math.max(1, tonumber(ARGV[position + 2]))
    longest = math.max(longest, need(name, P .. 'b:' .. tenant .. ':' .. name, tonumber(ARGV[position + 1]), burst))
  end
  local _, rate, burst = limits_of(tenant)
  local next_token = parked(queue, tenant)
  if token == 'refuse' then
    longest = math.max(longest, need('tenant', P .. 'b:' .. tenant, rate, burst))
    if next_token then longest = math.max(longest, 1, tonumber(next_token) - now) end
  end
  if longest > 0 then return result('limited', '', longest) end
  if token == 'wait' then -- who comes while others wait for their token waits behind them
    local others_wait = next_token or call('EXISTS', P .. 'u:' .. queue .. ':' .. tenant) == 1
    unpaid = others_wait or need('tenant', P .. 'b:' .. tenant, rate, burst) > 0
    tight = nil -- nobody is told of a limit that only makes wait
  end
  for _, take in ipairs(takes) do take_token(take[1], take[2], take[3], take[4]) end
  local day = P .. 'acc:' .. math.floor(now / 86400000)
  if call('HINCRBY', day, tenant, 1) == 1 then call('PEXPIRE', day, ACCEPTED_MS) end
end

for position = 18, first_bucket - 1 do
  call('SET', P .. 'x:' .. tenant .. ':' .. ARGV[position], fingerprint .. '|' .. turn, 'PX', ttl)
end
listen(turn)
enqueue(tenant, mid, queue, ARGV[5], ARGV[6], ARGV[7], 0, unpaid)
if raised then call('HSET', message_key(tenant, mid), 'e', raised) end
wake_all()
return result('accepted', turn)
