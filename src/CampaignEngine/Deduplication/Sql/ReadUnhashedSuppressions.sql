-- The next entries that have no keyed hash yet. By id, not by offset: entries that cannot be normalised stay behind and must not be met twice in a run.
SELECT suppression_id, channel, address
FROM crm.suppressions
WHERE NOT hashed AND suppression_id > @after
ORDER BY suppression_id
LIMIT @count
