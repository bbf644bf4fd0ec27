-- forget: delete messages of a tenant that is gone for good; without ids, the tenant itself from every queue.
-- ARGV 2 tenant, 3.. message ids
-- One in flight is left: whoever runs it will settle it. A message of the release before does not say who that is, so all
-- processes are asked about one that was ever started.
-- Returns how many were left. Cost O(ids * (log lane + log due) + started ones * processes), or O(queues * log tenants).
local tenant, left = ARGV[2], 0

if #ARGV == 2 then
  for _, queue in ipairs(call('SMEMBERS', P .. 'queues')) do
    for _, kind in ipairs({ 'r:', 'v:', 'o:' }) do call('ZREM', P .. kind .. queue, tenant) end
    for _, kind in ipairs({ 'owed:', 'z:' }) do call('HDEL', P .. kind .. queue, tenant) end
    call('ZREM', P .. 'due', parked_member(queue, tenant))
    for hour = math.floor(now / 3600000) - 3, math.floor(now / 3600000) do
      local about = queue .. ':' .. hour
      call('ZREM', P .. 'svc:' .. about, tenant)
      for _, kind in ipairs({ 'ws:', 'st:' }) do call('HDEL', P .. kind .. about, tenant) end
    end
  end
  for day = math.floor(now / 86400000) - 8, math.floor(now / 86400000) do call('HDEL', P .. 'acc:' .. day, tenant) end
  return 0
end

local processes = call('ZRANGE', P .. 'procs', 0, -1)
local function runs(mid)
  for _, process in ipairs(processes) do
    if call('HEXISTS', P .. 'f:' .. process, mid) == 1 then return true end
  end
  return false
end

for position = 3, #ARGV do
  local mid = ARGV[position]
  local key = message_key(tenant, mid)
  if call('TYPE', key).ok == 'hash' then -- else settled a moment ago, or gone
    local m = call('HMGET', key, 'q', 'k', 'd')
    if tonumber(m[3] or '0') > 0 and runs(mid) then
      left = left + 1
    else
      if m[1] then
        local l, u = lanes_of(m[1], tenant)
        call('ZREM', l, mid)
        call('ZREM', u, mid)
        call('SREM', P .. 'i:' .. m[1] .. ':' .. tenant, mid)
        if m[2] and m[2] ~= '' then call('ZREM', P .. 'k:' .. m[1] .. ':' .. tenant .. ':' .. m[2], mid) end
      end
      call('ZREM', P .. 'due', 'm|' .. tenant .. '|' .. mid)
      call('ZREM', P .. 'dead:' .. tenant, mid)
      call('DEL', key)
    end
  end
end
return left
