-- Whether this database was ever migrated; to_regclass gives null instead of an error where the schema is missing.
SELECT to_regclass('engine.schema_migration') IS NOT NULL
