-- Everybody beyond the first @limit by the limit's order, then by survivor order and key.
INSERT INTO excluded (customer_key, reason)
SELECT customer_key, 'over_limit'
FROM candidate c
WHERE failed = 0 AND NOT EXISTS (SELECT 1 FROM excluded e WHERE e.customer_key = c.customer_key)
ORDER BY limit_order, survivor, customer_key
OFFSET @limit
