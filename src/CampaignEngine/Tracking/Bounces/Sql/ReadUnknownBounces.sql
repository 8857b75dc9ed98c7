-- The texts that wait for a decision, to be held against a new rule.
SELECT bounce_id, text FROM engine.bounce WHERE class = 'undefined' AND bounce_id > @after ORDER BY bounce_id LIMIT @count
