-- An address that asked to be left alone is left alone whichever row of the customer database holds it: whoever shares it with a
-- person who withdrew consent stays out, and that person is named.
INSERT INTO excluded (customer_key, reason, duplicate_of)
SELECT c.customer_key, 'consent_withdrawn', min(w.customer_key)
FROM candidate c JOIN withdrawn w USING (recipient_key)
WHERE c.failed = 0 AND c.problem IS NULL
GROUP BY c.customer_key
