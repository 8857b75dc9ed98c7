-- The people behind one figure of a report, each with the time that made the person count: the same counting as in ReportRows.sql, person by person.
WITH chosen AS (
    SELECT i.*
    FROM report_item i
    LEFT JOIN report_group g USING (person_key)
    WHERE i.control = @control AND (@cell::text IS NULL OR i.cell = @cell) AND (@drop::text IS NULL OR i.drop_name = @drop)
      AND (@value::text IS NULL OR coalesce(g.value, '') = @value)
), happened AS (
    SELECT i.customer_key, min(e.at) AS at
    FROM chosen i
    JOIN engine.event_as_of(@as_of) e ON e.mailing_id = i.mailing_id AND e.ordinal = i.ordinal
    LEFT JOIN engine.mailing_link l ON l.mailing_id = e.mailing_id AND l.link_no = e.link_no
    WHERE e.mailing_id = ANY (@mailings) AND e.kind = @kind AND (@machines OR NOT e.machine)
      AND (@link::text IS NULL OR (l.url = @link AND i.sent))
    GROUP BY i.customer_key
), person AS (
    SELECT customer_key, min(cell) AS cell, string_agg(DISTINCT drop_name, ', ' ORDER BY drop_name) AS drops, min(at) FILTER (WHERE sent) AS contacted_at,
           CASE @measure
               WHEN 'people' THEN true
               WHEN 'contacted' THEN bool_or(sent)
               WHEN 'not_contacted' THEN NOT bool_or(sent)
               WHEN 'in_doubt' THEN bool_or(in_doubt) AND NOT bool_or(sent)
               WHEN 'delivered' THEN bool_or(sent) AND bool_or(delivered)
               WHEN 'bounced' THEN bool_or(sent) AND bool_or(bounced)
               WHEN 'opens' THEN bool_or(sent) AND bool_or(opened)
               WHEN 'opens_raw' THEN bool_or(sent) AND bool_or(opened_raw)
               WHEN 'clicks' THEN bool_or(sent) AND bool_or(clicked)
               WHEN 'clicks_raw' THEN bool_or(sent) AND bool_or(clicked_raw)
               WHEN 'replies' THEN bool_or(sent) AND bool_or(replied)
               WHEN 'unsubscribes' THEN bool_or(sent) AND bool_or(unsubscribed)
               WHEN 'complaints' THEN bool_or(sent) AND bool_or(complained)
               WHEN 'responses' THEN bool_or(responded)
               WHEN 'conversions' THEN sum(orders) > 0
           END AS counted,
           CASE @measure WHEN 'responses' THEN min(responded_at) WHEN 'conversions' THEN min(converted_at) WHEN 'contacted' THEN min(at) FILTER (WHERE sent) END AS counted_at
    FROM chosen
    GROUP BY customer_key
)
SELECT p.customer_key AS customer, nullif(p.cell, '') AS cell, p.drops AS drop, p.contacted_at, coalesce(p.counted_at, h.at) AS at, NULL::text AS order_key, NULL::numeric AS amount
FROM person p
LEFT JOIN happened h USING (customer_key)
WHERE p.counted AND (@link::text IS NULL OR h.at IS NOT NULL)
  AND (@hour::text IS NULL OR (extract(isodow FROM p.contacted_at AT TIME ZONE @zone) - 1) || ' ' || extract(hour FROM p.contacted_at AT TIME ZONE @zone) = @hour)
  AND (@day::date IS NULL OR (coalesce(p.counted_at, h.at) AT TIME ZONE @zone)::date = @day)
ORDER BY p.contacted_at, p.customer_key
