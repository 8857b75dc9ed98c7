-- Two processes migrate one after the other. The number only has to be the same in every release. Released by UnlockMigrations or the session's end.
SELECT pg_advisory_lock(4846373801172001)
