-- changed: tell whoever watches a conversation to read its rows: a person wrote, or it has another owner.
-- ARGV 2 tenant, 3 conversation id. Keeps nothing. O(watchers).
changed(ARGV[2], ARGV[3])
return 'ok'
