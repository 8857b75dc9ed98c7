-- Reached before inside the scope, or by another campaign with the very same message (a copied one).
INSERT INTO excluded (customer_key, reason)
SELECT c.customer_key, 'already_contacted'
FROM candidate c
WHERE c.failed = 0 AND c.problem IS NULL
  AND (EXISTS (SELECT 1 FROM engine.contact_once o
               WHERE o.scope_id = (SELECT scope_id FROM engine.contact_scope WHERE scope = @scope) AND o.recipient_key = c.recipient_key)
       OR c.recipient_key IN (
           SELECT i.recipient_key
           FROM engine.mailing m CROSS JOIN LATERAL (SELECT recipient_key FROM engine.mailing_item WHERE mailing_id = m.mailing_id OFFSET 0) i
           WHERE m.content_hash = @content AND m.channel = @channel AND m.campaign <> @campaign))
ON CONFLICT (customer_key) DO NOTHING
