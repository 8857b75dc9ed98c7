-- The mark stays two minutes behind: commits of events and outcomes overtake one another by less than that. Side effect: engine.setting.
INSERT INTO engine.setting (name, value)
SELECT 'machine_sweep', to_jsonb(max(event_id)) FROM engine.event WHERE event_id > @after AND recorded_at < now() - interval '2 minutes' HAVING max(event_id) IS NOT NULL
ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = now()
