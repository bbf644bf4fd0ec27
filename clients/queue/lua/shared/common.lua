-- What every script starts with: the loader (clients/queue/scripts.py) puts it first, then the other shared parts that the
-- script needs: tokens, counters, lanes, flight, turns.
-- KEYS[1] is the prefix "{fd1}:": every key below is built from it, and its hash tag keeps all of them on one node.
-- ARGV[1] is the time in ms; '' (always, but for tests) takes the server's own clock.
-- `tenant`, `queue` and `mid` (message id) never contain '|'. Big numbers are never joined to text: Lua would round them.

local P = KEYS[1]
local call = redis.call

local function clock()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local time = call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local now = clock()

