-- People who are in an earlier mailing of this drop, of another campaign's drop in the same scope, or of one with the very same message.
CREATE TEMPORARY TABLE had_it (customer_key text COLLATE "C" PRIMARY KEY) ON COMMIT DROP;
INSERT INTO had_it
SELECT DISTINCT i.customer_key FROM engine.mailing m JOIN engine.mailing_item i USING (mailing_id)
WHERE m.campaign = @campaign AND m.drop_name = @drop
   OR m.content_hash = @content
   OR EXISTS (SELECT 1 FROM engine.contact_once o JOIN engine.contact_scope s USING (scope_id)
              WHERE s.scope = @scope AND o.mailing_id = m.mailing_id AND o.recipient_key = i.recipient_key)
