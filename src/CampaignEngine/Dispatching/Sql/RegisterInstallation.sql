-- First use of a new database: nothing can have been sent from it yet, so it belongs to whoever is here.
INSERT INTO engine.installation (installation_id, database_system_id, timeline)
SELECT gen_random_uuid(), s.system_identifier, c.timeline_id FROM pg_control_system() s, pg_control_checkpoint() c
ON CONFLICT DO NOTHING
