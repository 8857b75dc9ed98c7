-- Clicks by people, one row each, in an hour of the week.
SELECT i.customer_key AS customer, nullif(i.cell, '') AS cell, i.drop_name AS drop, i.at AS contacted_at, e.at, NULL::text AS order_key, NULL::numeric AS amount
FROM report_item i
JOIN engine.event e ON e.mailing_id = i.mailing_id AND e.ordinal = i.ordinal
WHERE e.mailing_id = ANY (@mailings) AND e.kind = 'click' AND NOT e.machine AND i.sent AND e.at <= @as_of AND e.recorded_at <= @as_of
  AND (@hour::text IS NULL OR (extract(isodow FROM e.at AT TIME ZONE @zone) - 1) || ' ' || extract(hour FROM e.at AT TIME ZONE @zone) = @hour)
ORDER BY e.at, i.customer_key
