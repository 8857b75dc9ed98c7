-- Imports into one table merge one after the other: the second sees what the first wrote and finds it unchanged.
-- Readers and all other writers go on. The lock ends with the transaction. 2019893 is "import" among the engine's lock classes.
SELECT pg_advisory_xact_lock(2019893, (@oid::bigint - 2147483648)::int)
