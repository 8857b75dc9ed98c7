-- What is left of the credited conversions after the cost of their goods, by the rows of a report (level: the bits of grouping()). A conversion whose cost is not known
-- leaves the stated share of its amount, or nothing. The text between the first two marks is replaced by the contacts of GroupedContacts.sql where rows
-- are groups of people, that between the others by the rule's rows with their cost.
WITH earned AS (
    SELECT i.control, i.cell, i.drop_name, i.customer_key, f.amount, f.cost
    FROM (/*contacts*/SELECT * FROM report_item/*end*/) AS i
    CROSS JOIN LATERAL unnest(i.order_keys) AS k (order_key)
    JOIN (/*conversion*/SELECT NULL::text, NULL::text, NULL::timestamptz, NULL::numeric, NULL::numeric WHERE false/*end*/) AS f (customer_key, order_key, at, amount, cost)
        ON f.order_key = k.order_key AND f.customer_key = i.customer_key
    -- Amounts in currencies without a rate are in no sum.
    WHERE f.amount IS NOT NULL
), person AS (
    SELECT grouping(cell, drop_name) AS level, control, cell, drop_name,
           sum(coalesce(amount - cost, amount * coalesce(@share, 0))) AS margin, sum(cost) AS cost,
           count(*) FILTER (WHERE cost IS NULL) AS orders_without, sum(amount) FILTER (WHERE cost IS NULL) AS revenue_without
    FROM earned
    GROUP BY GROUPING SETS ((control, cell, drop_name, customer_key), (control, cell, customer_key), (control, drop_name, customer_key), (control, customer_key))
)
SELECT level, control, coalesce(cell, '') AS cell, coalesce(drop_name, '') AS drop_name,
       sum(margin) AS margin, sum(margin * margin) AS squares, coalesce(sum(cost), 0) AS cost,
       sum(orders_without)::bigint AS orders_without, coalesce(sum(revenue_without), 0) AS revenue_without
FROM person
GROUP BY level, control, cell, drop_name
