-- The control cell beside a remainder that was contacted later than the tested people: over the remainder's window (part 'remainder'), and, for totals, a part of its people as large as the
-- tested one over the test's window and the others over the remainder's (part 'all'). By drop and over all. The text between the two marks is replaced by the conversion rule.
WITH mailing AS (
    SELECT m.mailing_id, m.drop_name, o.test_part = 'remainder' AS late, t.list_id, s.started_at
    FROM engine.mailing m
    JOIN engine.occurrence o USING (occurrence_id)
    JOIN unnest(@mailings::int[], @starts::timestamptz[]) AS s (mailing_id, started_at) ON s.mailing_id = m.mailing_id
    -- Only the tested part knows the list with the people of the control cell.
    CROSS JOIN LATERAL (
        SELECT tm.list_id
        FROM engine.occurrence ot
        JOIN engine.mailing tm USING (occurrence_id)
        WHERE ot.plan_id = o.plan_id AND ot.drop_name = o.drop_name AND ot.test_part = 'test' AND tm.list_id IS NOT NULL
        ORDER BY tm.mailing_id
        LIMIT 1) t
    WHERE o.test_part IS NOT NULL
      -- A remainder that nothing has left of has no window.
      AND EXISTS (SELECT FROM engine.send_outcome a WHERE a.mailing_id = m.mailing_id AND a.outcome = 'accepted' AND a.at <= @as_of)
), held AS (
    SELECT 'remainder' AS part, m.mailing_id, m.drop_name, p.customer_key, m.started_at
    FROM mailing m
    JOIN engine.list_person p ON p.list_id = m.list_id AND p.reason = 'control'
    WHERE m.late AND p.list_id = ANY (@lists)
    UNION ALL
    SELECT 'all', m.mailing_id, m.drop_name, p.customer_key, m.started_at
    FROM mailing m
    JOIN engine.list_person p ON p.list_id = m.list_id AND p.reason = 'control'
    -- The same people for ever.
    WHERE p.list_id = ANY (@lists) AND m.late = ((hashtextextended(p.customer_key, 7) & 1073741823)::float8 / 1073741824 >= @tested::float8)
      AND EXISTS (SELECT FROM mailing l WHERE l.late)
), conversion (customer_key, order_key, at, amount) AS (
    /*conversion*/SELECT NULL::text, NULL::text, NULL::timestamptz, NULL::numeric WHERE false/*end*/
), matched AS (
    SELECT DISTINCT ON (h.part, v.order_key) h.part, h.mailing_id, h.customer_key, coalesce(v.amount, 0) AS amount
    FROM held h
    JOIN conversion v ON v.customer_key = h.customer_key
                      AND v.at >= h.started_at AND v.at <= (h.started_at AT TIME ZONE 'UTC' + @window::text::interval) AT TIME ZONE 'UTC'
    ORDER BY h.part, v.order_key, extract(epoch FROM h.started_at) * CASE WHEN @first_touch THEN 1 ELSE -1 END, h.mailing_id
), credited AS (
    SELECT part, mailing_id, customer_key, count(*) AS orders, sum(amount) AS revenue FROM matched GROUP BY part, mailing_id, customer_key
), person AS (
    SELECT h.part, h.drop_name, h.customer_key, coalesce(sum(c.orders), 0) AS orders, coalesce(sum(c.revenue), 0) AS revenue
    FROM held h
    LEFT JOIN credited c USING (part, mailing_id, customer_key)
    GROUP BY GROUPING SETS ((h.part, h.drop_name, h.customer_key), (h.part, h.customer_key))
)
SELECT part, coalesce(drop_name, '') AS drop_name, count(*) AS people, count(*) FILTER (WHERE orders > 0) AS conversions, sum(orders)::bigint AS orders, sum(revenue) AS revenue, sum(revenue * revenue) AS squares
FROM person
GROUP BY part, drop_name
