-- The built-in customer database also keeps the statement of withdrawal, unless the newest statement already says so.
-- Side effect: crm.consents, and through its trigger the customer's current consent. Seeds carry no customer number and are passed over.
INSERT INTO crm.consents (customer_id, channel, purpose, status, stated_at, source)
SELECT c.customer_id, m.channel, 'marketing', 'withdrawn', @at, @source
FROM engine.mailing_item i
JOIN engine.mailing m USING (mailing_id)
JOIN crm.customers c ON c.customer_id = CASE WHEN i.customer_key ~ '^[0-9]{1,18}$' THEN i.customer_key::bigint END
WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal AND NOT i.seed
  AND 'withdrawn' IS DISTINCT FROM CASE m.channel WHEN 'email' THEN c.email_consent WHEN 'sms' THEN c.sms_consent
                                                  WHEN 'print' THEN c.print_consent WHEN 'call' THEN c.call_consent END
ON CONFLICT DO NOTHING
