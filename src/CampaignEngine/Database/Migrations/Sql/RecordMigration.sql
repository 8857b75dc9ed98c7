-- Runs in the migration's own transaction: a migration and its record are there together or not at all.
INSERT INTO engine.schema_migration (number, name, sha256, applied_at) VALUES (@number, @name, @sha256, @applied_at)
