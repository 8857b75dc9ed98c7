-- Reached before inside the scope, or by another campaign with the very same message (a copied one).
INSERT INTO excluded (customer_key, reason)
SELECT c.customer_key, 'already_contacted'
FROM candidate c
WHERE c.failed = 0 AND c.problem IS NULL
  AND (EXISTS (SELECT 1 FROM engine.contact_once o JOIN engine.contact_scope s USING (scope_id)
               WHERE s.scope = @scope AND o.recipient_key = c.recipient_key)
       OR c.recipient_key IN (SELECT i.recipient_key FROM engine.mailing m JOIN engine.mailing_item i USING (mailing_id)
                              WHERE m.content_hash = @content AND m.channel = @channel AND m.campaign <> @campaign))
ON CONFLICT (customer_key) DO NOTHING
