-- Adds one statement of consent of an item's person; nothing that was stated before is changed. Side effect: crm.consents, and through its trigger
-- the customer's current consent.
INSERT INTO crm.consents (customer_id, channel, purpose, status, stated_at, source)
SELECT c.customer_id, @channel, @purpose, @status, @at, 'preference page'
FROM engine.mailing_item i
JOIN crm.customers c ON c.customer_id = CASE WHEN i.customer_key ~ '^[0-9]{1,18}$' THEN i.customer_key::bigint END
WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal AND NOT i.seed
ON CONFLICT DO NOTHING
