-- One refresher of the purchase summary at a time, in the whole cluster of workers; released with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('engine.purchase_summary', 0))
