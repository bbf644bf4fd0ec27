-- What every script starts with: the loader (clients/queue/scripts.py) puts it first, then shared/lanes.lua or
-- shared/turns.lua where the script needs them.
-- KEYS[1] is the prefix "{fd1}:": every key below is built from it, and its hash tag keeps all of them on one node.
-- ARGV[1] is the time in ms; '' (always, but for tests) takes the server's own clock.
-- `tenant`, `queue` and `mid` (message id) never contain '|'.

local P = KEYS[1]
local call = redis.call

local function clock()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local now = clock()

