-- Ends LockMigrations.
SELECT pg_advisory_unlock(4846373801172001)
