-- Imported campaigns as one: somebody in several of them is one person, and an order that several claim is one order. Contacts without a customer number are
-- people of their own. Windows as in PastContacts.sql.
WITH contact AS (
    SELECT c.past_contact_id, coalesce('c' || c.customer_no, '#' || c.past_contact_id) AS person, c.control,
           coalesce(c.contacted_at, p.starts_at) AS at,
           least(p.ends_at, (coalesce(c.contacted_at, p.starts_at) AT TIME ZONE 'UTC' + make_interval(days => p.window_days)) AT TIME ZONE 'UTC') AS until
    FROM engine.past_campaign p
    JOIN engine.past_contact c USING (past_campaign_id)
    WHERE p.campaign = ANY (@campaigns) AND coalesce(c.contacted_at, p.starts_at) <= @as_of
), answer AS (
    SELECT c.person, r.response_no, CASE WHEN r.conversion THEN coalesce(r.order_no, r.response_no) END AS order_no, r.orders, r.revenue
    FROM contact c
    JOIN engine.past_response r USING (past_contact_id)
    WHERE NOT c.control AND (r.at IS NULL OR (r.at >= c.at AND r.at <= coalesce(c.until, 'infinity') AND r.at <= @as_of))
), bought AS (
    SELECT DISTINCT ON (order_no) person, orders, revenue FROM answer WHERE order_no IS NOT NULL ORDER BY order_no, response_no
)
SELECT (SELECT count(DISTINCT person) FROM contact WHERE NOT control) AS people,
       (SELECT count(*) FROM contact WHERE NOT control) AS contacts,
       (SELECT count(DISTINCT person) FROM answer) AS responses,
       (SELECT count(DISTINCT person) FROM bought WHERE orders > 0) AS conversions,
       (SELECT coalesce(sum(orders), 0) FROM bought) AS orders,
       (SELECT coalesce(sum(revenue), 0) FROM bought) AS revenue
