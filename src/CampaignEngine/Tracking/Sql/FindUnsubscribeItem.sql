-- What the unsubscribe page shows before the person decides. Changes nothing.
SELECT m.channel, i.address,
       EXISTS (SELECT FROM engine.suppression s WHERE s.recipient_key = i.recipient_key AND s.channel = m.channel AND s.scope = 'global') AS suppressed
FROM engine.mailing_item i
JOIN engine.mailing m USING (mailing_id)
WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal
