-- Suppressed since the list was made: out of the mailing, with the reason kept.
WITH gone AS (
    DELETE FROM frozen f USING engine.suppression s
    WHERE s.recipient_key = f.recipient_key AND s.channel = @channel AND s.scope = ANY (@scopes)
    RETURNING f.customer_key)
INSERT INTO engine.mailing_excluded SELECT DISTINCT @mailing, customer_key, 'suppressed' FROM gone
