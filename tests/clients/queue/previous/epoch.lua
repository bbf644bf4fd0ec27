-- epoch: raise a conversation's ownership epoch (a person took over, or gave back).
-- ARGV 2 tenant, 3 conversation id, 4 at least
-- Returns the new epoch as text: max(existing + 1, now, at least). Cost O(1). A repeated call raises again: only "higher than
-- before" has a meaning.
return string.format('%.0f', raise_epoch(ARGV[2], ARGV[3], tonumber(ARGV[4])))
