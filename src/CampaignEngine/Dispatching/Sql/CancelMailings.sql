-- For good: what was not sent gets the outcome 'cancelled' (SettleEnded, in the same transaction).
UPDATE engine.mailing SET state = 'cancelled'
WHERE campaign = @campaign AND (@drop::text IS NULL OR drop_name = @drop) AND state IN ('running', 'paused')
RETURNING mailing_id, drop_name, state
