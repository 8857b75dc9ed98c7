-- What persons ask for changes rows in the order in which they wrote; two batches at a time would wait for each other in a circle. Held until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('campaign engine: withdrawals by mail'))
