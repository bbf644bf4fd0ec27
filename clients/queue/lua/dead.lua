-- dead: a page of a tenant's dead letters, oldest first.
-- ARGV 2 tenant, 3 how many to skip, 4 limit
-- Returns per letter: message id, time it was set aside in ms, queue, deliveries, error class, error message, code location,
-- payload. Cost O(log letters + limit).
local tenant, flat = ARGV[2], {}
local skip = tonumber(ARGV[3])
local found = call('ZRANGE', P .. 'dead:' .. tenant, skip, skip + tonumber(ARGV[4]) - 1, 'WITHSCORES')
for position = 1, #found, 2 do
  local m = call('HMGET', message_key(tenant, found[position]), 'q', 'd', 'error', 'why', 'where', 'p')
  if m[1] then
    flat[#flat + 1], flat[#flat + 2] = found[position], found[position + 1]
    for _, field in ipairs(m) do flat[#flat + 1] = field or '' end
  end
end
return flat
