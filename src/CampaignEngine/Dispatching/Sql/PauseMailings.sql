-- No grant is made from the next tick on; what is granted stops before its terminator.
UPDATE engine.mailing SET state = 'paused'
WHERE campaign = @campaign AND (@drop::text IS NULL OR drop_name = @drop) AND state = 'running'
RETURNING mailing_id, drop_name, state
