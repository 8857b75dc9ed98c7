-- Events up to this id have been looked at when everything that speaks about them was known.
SELECT coalesce((SELECT (value #>> '{}')::bigint FROM engine.setting WHERE name = 'machine_sweep'), 0)
