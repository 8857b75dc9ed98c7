-- Recurring and relative drops of plans launched before now make no further due times (Scheduling/OccurrencePlanner).
INSERT INTO engine.setting (name, value)
VALUES ('cancelled/' || @campaign || coalesce('/' || @drop::text, ''), 'true')
ON CONFLICT (name) DO UPDATE SET changed_at = now()
