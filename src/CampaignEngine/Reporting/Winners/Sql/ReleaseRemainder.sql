-- The remainder gets its cell and falls due. Whoever is written to at a local hour of their own gets the message at the next such hour; hours in which nothing may
-- leave are kept by the workers as always.
WITH released AS (
    UPDATE engine.mailing
    SET waits = false, due_at = @now, expires_at = @expires, definition = jsonb_set(definition, '{winner}', to_jsonb(@cell::text))
    WHERE mailing_id = @mailing
    RETURNING mailing_id)
UPDATE engine.send_chunk c
SET not_before = CASE WHEN @by_recipient THEN c.not_before + ceil(extract(epoch FROM @now::timestamptz - c.not_before) / 86400) * interval '1 day' ELSE @now END
FROM released r
WHERE c.mailing_id = r.mailing_id
