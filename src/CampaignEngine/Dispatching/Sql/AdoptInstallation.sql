-- Makes this database the installation after a restore, under a new id.
INSERT INTO engine.installation (installation_id, database_system_id, timeline)
SELECT gen_random_uuid(), s.system_identifier, c.timeline_id FROM pg_control_system() s, pg_control_checkpoint() c
ON CONFLICT (only_row) DO UPDATE
SET installation_id = excluded.installation_id, database_system_id = excluded.database_system_id, timeline = excluded.timeline, adopted_at = now()
