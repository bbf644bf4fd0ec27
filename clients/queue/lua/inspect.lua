-- inspect: one queue at a glance.
-- ARGV 2 queue
-- Returns [unsettled messages, tenants with messages that could start, ready tenants, arrival number of the oldest eligible
-- message ('' none), virtual time]. Cost O(tenants with messages); corrects up to 100 tenants whose oldest another release took.
local queue = ARGV[2]
local unsettled = 0
for _, count in ipairs(call('HVALS', P .. 'z:' .. queue)) do unsettled = unsettled + tonumber(count) end
local o, oldest = P .. 'o:' .. queue, ''
for _ = 1, DUE_BATCH do
  local top = call('ZRANGE', o, 0, 0, 'WITHSCORES')
  if not top[1] then break end
  local l, u = lanes_of(queue, top[1])
  local paid, unpaid = call('ZRANGE', l, 0, 0, 'WITHSCORES')[2], call('ZRANGE', u, 0, 0, 'WITHSCORES')[2]
  local real = math.min(paid and tonumber(paid) or math.huge, unpaid and tonumber(unpaid) or math.huge)
  if real == tonumber(top[2]) then
    oldest = top[2]
    break
  end
  if paid or unpaid then call('ZADD', o, real, top[1]) else call('ZREM', o, top[1]) end
end
return { unsettled, call('ZCARD', o), call('ZCARD', P .. 'r:' .. queue), oldest, call('GET', P .. 'vt:' .. queue) or '0' }
