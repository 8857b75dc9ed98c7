-- Campaigns and drops that were cancelled, and when: plans launched before that make no further due times.
SELECT name, changed_at FROM engine.setting WHERE name LIKE 'cancelled/%'
