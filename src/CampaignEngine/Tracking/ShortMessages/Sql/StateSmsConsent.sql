-- The built-in customer database keeps the statement too, unless the newest one already says so. After START only who had stopped by word is granted
-- again. Side effect: crm.consents, and through its trigger the customer's current consent. Seeds carry no customer number and are passed over.
INSERT INTO crm.consents (customer_id, channel, purpose, status, stated_at, source)
SELECT c.customer_id, 'sms', 'marketing', @status, @at, 'sms answer'
FROM engine.mailing_item i
JOIN crm.customers c ON c.customer_id = CASE WHEN i.customer_key ~ '^[0-9]{1,18}$' THEN i.customer_key::bigint END
WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal AND NOT i.seed AND c.sms_consent IS DISTINCT FROM @status
ON CONFLICT DO NOTHING
