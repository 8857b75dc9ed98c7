-- Who may grant by the link of a double opt-in: the person of an e-mail, as long as the address is still the person's own. Changes nothing.
-- Done: the newest statement grants, and no unsubscription stands against it.
SELECT i.address,
       c.email_consent = 'granted'
       AND NOT EXISTS (SELECT FROM engine.suppression s WHERE s.recipient_key = i.recipient_key AND s.channel = 'email' AND s.scope = 'global' AND s.reason = 'unsubscribed') AS done
FROM engine.mailing_item i
JOIN engine.mailing m USING (mailing_id)
JOIN crm.customers c ON c.customer_id = CASE WHEN i.customer_key ~ '^[0-9]{1,18}$' THEN i.customer_key::bigint END
WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal AND NOT i.seed AND m.channel = 'email' AND lower(btrim(c.email)) = lower(i.address)
