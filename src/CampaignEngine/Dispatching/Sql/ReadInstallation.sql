-- Which installation the database was made or adopted as, and which one it is now.
SELECT i.installation_id, i.database_system_id, i.timeline, s.system_identifier AS actual_system_id, c.timeline_id AS actual_timeline
FROM pg_control_system() s, pg_control_checkpoint() c
LEFT JOIN engine.installation i ON true
