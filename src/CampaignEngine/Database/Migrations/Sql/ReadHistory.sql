-- The applied migrations in order, to be compared with the files of the program.
SELECT number, name, sha256, applied_at FROM engine.schema_migration ORDER BY number
