-- A tenant's limits, and token buckets.

local DEFAULT_RATE, DEFAULT_BURST = 20, 100 -- of a tenant without limits of its own

-- Weight, tokens per second, burst, and how many may run at once in each queue (nil: any number).
local function limits_of(tenant)
  local given = call('HMGET', P .. 'cfg:' .. tenant, 'weight', 'rate', 'burst', 'cap')
  return tonumber(given[1] or 1), tonumber(given[2] or DEFAULT_RATE), math.max(1, tonumber(given[3] or DEFAULT_BURST)),
    tonumber(given[4] or '')
end

-- Milliseconds until the bucket has a token (0: now), and what it holds. Refills as time passes, never above burst.
local function token_wait(bucket, rate, burst)
  local held = call('HMGET', bucket, 'n', 'at')
  local tokens = tonumber(held[1] or burst)
  local since = tonumber(held[2] or now)
  tokens = math.min(burst, tokens + math.max(0, now - since) * rate / 1000)
  if tokens >= 1 - 1e-6 then return 0, tokens end
  if rate <= 0 then return 3600000, tokens end
  return math.max(1, math.ceil((1 - tokens) * 1000 / rate)), tokens
end

-- Milliseconds until a bucket that holds `tokens` is full.
local function refill_ms(rate, burst, tokens)
  if rate <= 0 then return 86400000 end
  return math.ceil((burst - tokens) * 1000 / rate)
end

-- Take the token that token_wait found; returns what is left. A bucket that is full again need not be stored.
local function take_token(bucket, rate, burst, tokens)
  tokens = math.max(0, tokens - 1)
  call('HSET', bucket, 'n', tokens, 'at', now)
  call('PEXPIRE', bucket, refill_ms(rate, burst, tokens) + 1000)
  return tokens
end

