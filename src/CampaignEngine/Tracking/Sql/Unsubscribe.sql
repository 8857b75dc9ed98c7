-- Suppresses the item's recipient on the mailing's channel and keeps the event. Idempotent: the first wish stands, and every click is the same wish.
-- Side effects: engine.suppression, engine.event. Returns the channel, and whether the suppression is new.
WITH item AS (
    SELECT i.mailing_id, i.ordinal, i.recipient_key, m.channel
    FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id)
    WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal
), suppressed AS (
    INSERT INTO engine.suppression (recipient_key, channel, scope, reason, since, source)
    SELECT recipient_key, channel, 'global', 'unsubscribed', @at, 'mailing ' || mailing_id || ', item ' || ordinal
    FROM item
    ON CONFLICT (recipient_key, channel, scope) DO NOTHING
    RETURNING 1
), noted AS (
    INSERT INTO engine.event (mailing_id, ordinal, kind, at, user_agent, event_key)
    SELECT mailing_id, ordinal, 'unsubscribe', @at, @agent, 'unsubscribe:' || mailing_id || ':' || ordinal
    FROM item
    ON CONFLICT (event_key) DO NOTHING
)
SELECT channel, EXISTS (SELECT FROM suppressed) AS new FROM item
