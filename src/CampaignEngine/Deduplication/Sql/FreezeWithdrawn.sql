-- Consent for the address was withdrawn in another row: out of the mailing, with the reason kept.
WITH gone AS (
    DELETE FROM frozen f USING withdrawn w WHERE w.recipient_key = f.recipient_key RETURNING f.customer_key)
INSERT INTO engine.mailing_excluded SELECT DISTINCT @mailing, customer_key, 'consent_withdrawn' FROM gone
