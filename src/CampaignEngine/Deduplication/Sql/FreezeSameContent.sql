-- The very same message has gone, or is about to go, to this address from another campaign: a copied campaign reaches nobody
-- twice. Inside one campaign contact_once decides.
WITH gone AS (
    DELETE FROM frozen f USING engine.mailing m JOIN engine.mailing_item i USING (mailing_id)
    WHERE m.content_hash = @content AND m.channel = @channel AND m.campaign <> @campaign AND i.recipient_key = f.recipient_key
    RETURNING f.customer_key)
INSERT INTO engine.mailing_excluded SELECT DISTINCT @mailing, customer_key, 'already_contacted' FROM gone
