-- From the last event that was looked at when everything that speaks about it was known, to the newest event there is.
SELECT coalesce((SELECT (value #>> '{}')::bigint FROM engine.setting WHERE name = 'machine_sweep'), 0) AS mark,
       coalesce((SELECT max(event_id) FROM engine.event), 0) AS newest
