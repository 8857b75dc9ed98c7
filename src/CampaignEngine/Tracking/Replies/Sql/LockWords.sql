-- Messages of one number that come together are answered one after the other, so that each sees what the other asked for. Held until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('engine.answer ' || encode(@key, 'hex'), 0))
