-- The latest due time of each drop that has one.
SELECT campaign, drop_name, max(due_at) AS due_at FROM engine.occurrence GROUP BY campaign, drop_name
