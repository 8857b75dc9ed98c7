-- Conversions with each coupon code of the campaign inside the window behind any of its mailings, and those of them that the report credits to nobody; people of the control cell who
-- use a code count there. The text between the two marks is replaced by the rule's rows with such a code.
WITH used AS (
    SELECT f.row_key, f.code, coalesce(f.amount, 0) AS amount
    FROM (/*conversion*/SELECT NULL::text, NULL::timestamptz, NULL::numeric, NULL::text WHERE false/*end*/) AS f (row_key, at, amount, code)
    WHERE EXISTS (SELECT FROM unnest(@starts::timestamptz[]) AS s (at)
                  WHERE f.at >= s.at AND f.at <= (greatest(s.at, (SELECT max(i.at) FROM report_item i WHERE i.sent)) AT TIME ZONE 'UTC' + @window::text::interval) AT TIME ZONE 'UTC')
), credited AS (
    SELECT DISTINCT k.order_key FROM report_item i CROSS JOIN LATERAL unnest(i.order_keys) AS k (order_key)
)
SELECT u.code, count(*) AS orders, sum(u.amount) AS revenue, count(*) FILTER (WHERE c.order_key IS NULL) AS without, coalesce(sum(u.amount) FILTER (WHERE c.order_key IS NULL), 0) AS revenue_without
FROM used u
LEFT JOIN credited c ON c.order_key = u.row_key
GROUP BY u.code
