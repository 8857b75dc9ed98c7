-- Credited conversions of people who were contacted in currencies without a rate, by currency. The text between the two marks is replaced by the rule over such rows.
SELECT f.currency, count(*) AS orders, coalesce(sum(f.amount), 0) AS revenue
FROM report_item i
CROSS JOIN LATERAL unnest(i.order_keys) AS k (order_key)
JOIN (/*conversion*/SELECT NULL::text, NULL::text, NULL::timestamptz, NULL::numeric, NULL::text WHERE false/*end*/) AS f (customer_key, order_key, at, amount, currency)
    ON f.order_key = k.order_key AND f.customer_key = i.customer_key
WHERE NOT i.control
GROUP BY f.currency
ORDER BY f.currency
