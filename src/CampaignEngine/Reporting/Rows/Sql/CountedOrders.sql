-- The credited conversions behind the orders or the revenue of a report. An imported response may stand for several orders: each is a row, the first with the amount.
SELECT i.customer_key AS customer, nullif(i.cell, '') AS cell, i.drop_name AS drop, CASE WHEN i.sent THEN i.at END AS contacted_at, o.at, o.order_key,
       CASE WHEN n = 1 THEN o.amount END AS amount
FROM report_item i
LEFT JOIN report_group g USING (person_key)
CROSS JOIN LATERAL unnest(i.order_keys, i.order_times, i.order_counts, i.order_amounts) AS o (order_key, at, orders, amount)
CROSS JOIN LATERAL generate_series(1, CASE @measure WHEN 'orders' THEN o.orders ELSE 1 END) AS n
WHERE i.control = @control AND (@cell::text IS NULL OR i.cell = @cell) AND (@drop::text IS NULL OR i.drop_name = @drop)
  AND (@value::text IS NULL OR coalesce(g.value, '') = @value)
ORDER BY o.at, o.order_key, n
