-- Goes on where the pause stopped.
UPDATE engine.mailing SET state = 'running'
WHERE campaign = @campaign AND (@drop::text IS NULL OR drop_name = @drop) AND state = 'paused'
RETURNING mailing_id, drop_name, state
