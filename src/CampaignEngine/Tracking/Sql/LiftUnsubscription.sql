-- The person asks for messages again: an unsubscription of their own is lifted. What a bounce, a complaint or an operator suppressed stays.
-- Side effect: engine.suppression.
DELETE FROM engine.suppression s
USING engine.mailing_item i JOIN engine.mailing m USING (mailing_id)
WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal AND s.recipient_key = i.recipient_key AND s.channel = m.channel AND s.scope = 'global' AND s.reason = 'unsubscribed'
