-- A complaint or an opt-out by report is a withdrawal too, which the built-in customer database keeps, unless the newest statement already says so.
-- Side effect: crm.consents, and through its trigger the customer's current consent. Seeds carry no customer number and are passed over.
INSERT INTO crm.consents (customer_id, channel, purpose, status, stated_at, source)
SELECT DISTINCT ON (c.customer_id) c.customer_id, 'email', 'marketing', 'withdrawn', b.at, 'complaint'
FROM engine.bounce b
JOIN engine.mailing_item i USING (mailing_id, ordinal)
JOIN crm.customers c ON c.customer_id = CASE WHEN i.customer_key ~ '^[0-9]{1,18}$' THEN i.customer_key::bigint END
WHERE b.bounce_id = ANY (@ids) AND b.proof IS NOT NULL AND b.complains AND NOT i.seed AND c.email_consent <> 'withdrawn'
ORDER BY c.customer_id, b.at
ON CONFLICT DO NOTHING
