-- The same of an imported campaign: its contacts and the people it held out, who were measured for responses too and therefore count as contacted in their row.
-- Nothing is known of opens, bounces and the like. A response counts inside the campaign's window; one without a time is inside it.
WITH contact AS (
    SELECT past_contact_id, drop_name, coalesce(cell, '') AS cell, control, cost, customer_key AS person_key, person AS customer_key, at, until
    FROM engine.past_window
    WHERE campaign = @campaign AND at <= @as_of
), answer AS (
    SELECT c.past_contact_id, sum(r.orders) FILTER (WHERE r.conversion) AS orders, sum(r.revenue) FILTER (WHERE r.conversion) AS revenue,
           min(r.at) AS first_at, min(r.at) FILTER (WHERE r.conversion) AS converted_at,
           array_agg(coalesce(r.order_no, r.response_no)) FILTER (WHERE r.conversion) AS order_keys, array_agg(r.at) FILTER (WHERE r.conversion) AS order_times,
           array_agg(r.orders) FILTER (WHERE r.conversion) AS order_counts, array_agg(r.revenue) FILTER (WHERE r.conversion) AS order_amounts
    FROM contact c
    JOIN engine.past_response r USING (past_contact_id)
    WHERE r.at IS NULL OR (r.at >= c.at AND r.at <= c.until AND r.at <= @as_of)
    GROUP BY c.past_contact_id
)
SELECT c.drop_name, c.cell, c.control, c.customer_key, true AS sent, false AS in_doubt, CASE WHEN c.control THEN 0 ELSE 1 END AS messages, c.cost,
       0 AS possible_duplicates, NOT c.control AS delivered, false AS bounced, false AS opened_raw, false AS opened, false AS clicked_raw, false AS clicked,
       false AS replied, false AS unsubscribed, false AS complained,
       a.past_contact_id IS NOT NULL AS responded, coalesce(a.orders, 0) AS orders, coalesce(a.revenue, 0) AS revenue,
       NULL::int AS mailing_id, c.past_contact_id AS ordinal, c.person_key, c.at, a.first_at AS responded_at, a.converted_at,
       a.order_keys, a.order_times, a.order_counts, a.order_amounts
FROM contact c
LEFT JOIN answer a USING (past_contact_id)
