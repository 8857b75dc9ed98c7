-- No address, invalid address, no consent: found while the addresses were normalised.
INSERT INTO excluded (customer_key, reason)
SELECT customer_key, problem FROM candidate WHERE failed = 0 AND problem IS NOT NULL
