-- Whoever was found to be left out since the list was made; the reason is kept already.
DELETE FROM frozen f USING engine.mailing_excluded e WHERE e.mailing_id = @mailing AND e.customer_key = f.customer_key
