-- The message that a keycode leads to, for the person on the phone. Changes nothing.
SELECT @code::text AS keycode, m.campaign, m.drop_name AS drop, m.channel, i.cell, i.customer_key AS customer, i.seed, m.due_at,
       (SELECT min(o.at) FROM engine.send_outcome o WHERE o.mailing_id = i.mailing_id AND o.ordinal = i.ordinal AND o.outcome = 'accepted') AS contacted_at
FROM engine.mailing_item i
JOIN engine.mailing m USING (mailing_id)
WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal
