-- How often each sign of a machine was seen, by kind of event. An event with several signs counts for each.
SELECT e.kind, s.sign, count(*) AS events, count(*) FILTER (WHERE e.machine) AS machines
FROM engine.event e
JOIN engine.mailing m USING (mailing_id)
JOIN engine.mailing_item i USING (mailing_id, ordinal)
LEFT JOIN LATERAL unnest(string_to_array(e.machine_reason, '; ')) AS s (sign) ON true
WHERE e.kind IN ('open', 'click', 'view_online') AND NOT i.seed AND (@campaign::text IS NULL OR m.campaign = @campaign)
GROUP BY e.kind, s.sign
ORDER BY e.kind, count(*) DESC, s.sign
