-- Imported campaigns as one: somebody in several of them is one person, and an order that several claim is one order.
WITH contact AS (
    SELECT past_contact_id, person, control, at, until FROM engine.past_window WHERE campaign = ANY (@campaigns) AND at <= @as_of
), answer AS (
    SELECT c.person, r.response_no, CASE WHEN r.conversion THEN coalesce(r.order_no, r.response_no) END AS order_no, r.orders, r.revenue
    FROM contact c
    JOIN engine.past_response r USING (past_contact_id)
    WHERE NOT c.control AND (r.at IS NULL OR (r.at >= c.at AND r.at <= c.until AND r.at <= @as_of))
), bought AS (
    SELECT DISTINCT ON (order_no) person, orders, revenue FROM answer WHERE order_no IS NOT NULL ORDER BY order_no, response_no
)
SELECT (SELECT count(DISTINCT person) FROM contact WHERE NOT control) AS people,
       (SELECT count(*) FROM contact WHERE NOT control) AS contacts,
       (SELECT count(DISTINCT person) FROM answer) AS responses,
       (SELECT count(DISTINCT person) FROM bought WHERE orders > 0) AS conversions,
       (SELECT coalesce(sum(orders), 0) FROM bought) AS orders,
       (SELECT coalesce(sum(revenue), 0) FROM bought) AS revenue
