-- States the consent of a double opt-in with what proves it: which message asked, to which address, what it said (by its hash), and whence it was confirmed.
-- Side effect: crm.consents, and through its trigger the customer's current consent.
INSERT INTO crm.consents (customer_id, channel, purpose, status, stated_at, source, wording_version, evidence)
SELECT c.customer_id, 'email', 'marketing', 'granted', @at, 'double opt-in', left(encode(m.content_hash, 'hex'), 16),
       jsonb_strip_nulls(jsonb_build_object('mailing', i.mailing_id, 'item', i.ordinal, 'address', i.address, 'content', encode(m.content_hash, 'hex'),
           'asked_at', (SELECT min(o.at) FROM engine.send_outcome o WHERE o.mailing_id = i.mailing_id AND o.ordinal = i.ordinal AND o.outcome = 'accepted'),
           'agent', @agent::text, 'network', @network::text))
FROM engine.mailing_item i
JOIN engine.mailing m USING (mailing_id)
JOIN crm.customers c ON c.customer_id = CASE WHEN i.customer_key ~ '^[0-9]{1,18}$' THEN i.customer_key::bigint END
WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal AND NOT i.seed AND m.channel = 'email' AND lower(btrim(c.email)) = lower(i.address)
ON CONFLICT DO NOTHING
