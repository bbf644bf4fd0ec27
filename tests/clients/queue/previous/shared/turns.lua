-- Turns and ownership: the functions of the scripts that say something to who waits.

-- Numbered events of a turn, kept 24 h. The hash `s` holds: by (superseded by), r (sentences released), fence (highest claim), end (kind of the end),
-- and k:<kind> (number of the one event of that kind).
local TURN_MS = 86400000
local function turn_key(kind, tenant, turn) return P .. kind .. ':' .. tenant .. ':' .. turn end

-- Append an event and tell everybody who listens to the turn. `data` is JSON text already. O(listeners).
local function tell(tenant, turn, kind, data)
  local events = turn_key('t', tenant, turn)
  local number = call('LLEN', events) + 1
  local event = '{"n":' .. number .. ',"turn_id":' .. cjson.encode(turn) .. ',"kind":' .. cjson.encode(kind)
    .. ',"data":' .. data .. '}'
  call('RPUSH', events, event)
  call('PEXPIRE', events, TURN_MS)
  for _, channel in ipairs(call('SMEMBERS', turn_key('to', tenant, turn))) do call('PUBLISH', channel, event) end
  return number
end

-- Whoever watches the conversation (a widget's stream of events) reads its rows again. O(watchers).
local function changed(tenant, conversation)
  local event = '{"n":0,"turn_id":' .. cjson.encode(conversation) .. ',"kind":"gap","data":{}}'
  for _, channel in ipairs(call('SMEMBERS', turn_key('to', tenant, conversation))) do call('PUBLISH', channel, event) end
end

-- Epochs are times in ms, always rising: a Redis that lost its last second can never give out a lower one.
local EPOCH_MS = 30 * 86400000
local function raise_epoch(tenant, conversation, at_least)
  local key = P .. 'e:' .. tenant .. ':' .. conversation
  local epoch = math.max(tonumber(call('GET', key) or '0') + 1, now, at_least)
  call('SET', key, string.format('%.0f', epoch), 'PX', EPOCH_MS)
  return epoch
end

