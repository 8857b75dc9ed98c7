-- What a person of the built-in customer database has agreed to, for each channel with an address and each purpose ever asked for. Changes nothing.
-- An unsubscription on the mailing's own channel counts as withdrawn, also where the consents say otherwise.
SELECT ch.channel, p.purpose,
       CASE WHEN p.purpose = 'marketing' AND ch.channel = m.channel AND EXISTS (
                SELECT FROM engine.suppression s WHERE s.recipient_key = i.recipient_key AND s.channel = m.channel AND s.scope = 'global') THEN 'withdrawn'
            ELSE coalesce(newest.status, CASE WHEN p.purpose = 'marketing' THEN ch.consent END, 'unknown') END AS status,
       ch.channel = m.channel AS own
FROM engine.mailing_item i
JOIN engine.mailing m USING (mailing_id)
JOIN crm.customers c ON c.customer_id = CASE WHEN i.customer_key ~ '^[0-9]{1,18}$' THEN i.customer_key::bigint END
CROSS JOIN LATERAL (VALUES (1, 'email', c.email, c.email_consent), (2, 'sms', c.mobile, c.sms_consent), (3, 'print', c.street, c.print_consent), (4, 'call', c.phone, c.call_consent))
    AS ch (place, channel, address, consent)
CROSS JOIN LATERAL (SELECT 'marketing' AS purpose UNION SELECT s.purpose FROM crm.consents s WHERE s.customer_id = c.customer_id) AS p
LEFT JOIN LATERAL (SELECT s.status FROM crm.consents s WHERE s.customer_id = c.customer_id AND s.channel = ch.channel AND s.purpose = p.purpose
                   ORDER BY s.stated_at DESC, s.status DESC LIMIT 1) AS newest ON true
WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal AND NOT i.seed AND ch.address IS NOT NULL
ORDER BY p.purpose <> 'marketing', p.purpose, ch.place
