-- The contacts that cost something, each with what it cost.
SELECT i.customer_key AS customer, nullif(i.cell, '') AS cell, i.drop_name AS drop, i.at AS contacted_at, i.at, NULL::text AS order_key, i.cost AS amount
FROM report_item i
LEFT JOIN report_group g USING (person_key)
WHERE i.sent AND i.cost <> 0 AND i.control = @control AND (@cell::text IS NULL OR i.cell = @cell) AND (@drop::text IS NULL OR i.drop_name = @drop)
  AND (@value::text IS NULL OR coalesce(g.value, '') = @value)
ORDER BY i.at, i.customer_key
