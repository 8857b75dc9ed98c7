-- Conversions of the people of the campaign, and beside them those of others in their households: people who are not in the campaign themselves, inside the window behind a contact of
-- somebody they live with. Each counts once, for the latest such contact. The text between the two marks is replaced by the campaign's conversion rule.
WITH conversion (customer_key, order_key, at, amount) AS (
    /*conversion*/SELECT NULL::text, NULL::text, NULL::timestamptz, NULL::numeric WHERE false/*end*/
), contact AS (
    SELECT i.person_key, i.cell, i.control, i.at, i.mailing_id, h.household
    FROM report_item i LEFT JOIN report_household h USING (person_key)
    WHERE i.sent OR i.control
), household AS (
    SELECT DISTINCT ON (v.order_key) c.cell, c.control, v.customer_key, coalesce(v.amount, 0) AS amount
    FROM conversion v
    JOIN report_household b ON b.person_key = v.customer_key
    JOIN contact c ON c.household = b.household AND v.at >= c.at AND v.at <= (c.at AT TIME ZONE 'UTC' + @window::text::interval) AT TIME ZONE 'UTC'
    WHERE NOT EXISTS (SELECT FROM contact own WHERE own.person_key = v.customer_key)
    ORDER BY v.order_key, extract(epoch FROM c.at) * CASE WHEN @first_touch THEN 1 ELSE -1 END, c.mailing_id, c.control, c.cell
), direct AS (
    SELECT cell, control, count(DISTINCT person_key) AS people, count(DISTINCT person_key) FILTER (WHERE orders > 0) AS buyers, sum(orders) AS orders, sum(revenue) AS revenue
    FROM report_item
    WHERE sent OR control
    GROUP BY GROUPING SETS ((cell, control), (control))
), indirect AS (
    SELECT cell, control, count(DISTINCT customer_key) AS buyers, count(*) AS orders, sum(amount) AS revenue
    FROM household
    GROUP BY GROUPING SETS ((cell, control), (control))
)
SELECT d.cell, d.control, d.people, d.buyers, d.orders::bigint, d.revenue, coalesce(i.buyers, 0), coalesce(i.orders, 0), coalesce(i.revenue, 0)
FROM direct d
LEFT JOIN indirect i ON i.control = d.control AND i.cell IS NOT DISTINCT FROM d.cell
WHERE d.cell IS NOT NULL OR NOT d.control
ORDER BY d.cell IS NULL, d.control, d.cell
