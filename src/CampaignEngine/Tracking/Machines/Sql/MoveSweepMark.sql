-- Moves the mark over this slice, but stays before the first event younger than two minutes: commits of events and outcomes overtake one another by less
-- than that. Side effect: engine.setting. Returns where the mark stands.
INSERT INTO engine.setting (name, value)
SELECT 'machine_sweep', to_jsonb(coalesce(min(event_id) FILTER (WHERE recorded_at >= now() - interval '2 minutes') - 1, @upto))
FROM engine.event
WHERE event_id > @after AND event_id <= @upto
ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = now()
RETURNING (value #>> '{}')::bigint
