-- How many people were contacted, opened, clicked, responded and converted for the first time on each day of the zone of reports, and the orders of the day. What has
-- no known time stands under no day. Every column adds up to the report's own total.
WITH reaction AS (
    SELECT i.control, i.customer_key, min(e.at) FILTER (WHERE e.kind = 'open') AS opened_at, min(e.at) FILTER (WHERE e.kind = 'click') AS clicked_at
    FROM report_item i
    JOIN engine.event e ON e.mailing_id = i.mailing_id AND e.ordinal = i.ordinal
    WHERE e.mailing_id = ANY (@mailings) AND e.kind IN ('open', 'click') AND NOT e.machine AND e.at <= @as_of AND e.recorded_at <= @as_of
    GROUP BY i.control, i.customer_key
), person AS (
    SELECT control, customer_key, bool_or(sent) AS contacted, min(at) FILTER (WHERE sent) AS contacted_at,
           bool_or(responded) AS responded, min(responded_at) AS responded_at, sum(orders) > 0 AS converted, min(converted_at) AS converted_at,
           bool_or(opened) AS opened, bool_or(clicked) AS clicked
    FROM report_item
    GROUP BY control, customer_key
), happened AS (
    SELECT p.control, v.what, v.at, 1::bigint AS number, 0::numeric AS amount
    FROM person p
    LEFT JOIN reaction r USING (control, customer_key)
    CROSS JOIN LATERAL (VALUES ('contacted', p.contacted, p.contacted_at), ('open', p.contacted AND p.opened, r.opened_at), ('click', p.contacted AND p.clicked, r.clicked_at),
        ('response', p.responded, p.responded_at), ('conversion', p.converted, p.converted_at)) AS v (what, did, at)
    WHERE v.did
    UNION ALL
    SELECT i.control, 'order', o.at, o.orders, o.amount
    FROM report_item i
    CROSS JOIN LATERAL unnest(i.order_times, i.order_counts, i.order_amounts) AS o (at, orders, amount)
)
SELECT (at AT TIME ZONE @zone)::date AS day, control,
       count(*) FILTER (WHERE what = 'contacted') AS contacted, count(*) FILTER (WHERE what = 'open') AS opens, count(*) FILTER (WHERE what = 'click') AS clicks,
       count(*) FILTER (WHERE what = 'response') AS responses, count(*) FILTER (WHERE what = 'conversion') AS conversions,
       coalesce(sum(number) FILTER (WHERE what = 'order'), 0)::bigint AS orders, coalesce(sum(amount), 0) AS revenue
FROM happened
GROUP BY 1, 2
ORDER BY 2, 1
