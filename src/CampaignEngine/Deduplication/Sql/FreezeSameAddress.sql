-- Two people with one address on this channel: the smaller key stays.
WITH gone AS (
    DELETE FROM frozen f USING (
        SELECT customer_key, row_number() OVER (PARTITION BY recipient_key ORDER BY customer_key) AS place FROM frozen) ranked
    WHERE ranked.customer_key = f.customer_key AND ranked.place > 1
    RETURNING f.customer_key)
INSERT INTO engine.mailing_excluded SELECT @mailing, customer_key, @reason FROM gone
