-- Clicks by people, by weekday (0 is Monday) and hour of the zone of reports.
SELECT (extract(isodow FROM e.at AT TIME ZONE @zone) - 1)::int AS day, extract(hour FROM e.at AT TIME ZONE @zone)::int AS hour, count(*) AS clicks
FROM engine.event_as_of(@as_of) e
JOIN report_item i USING (mailing_id, ordinal)
WHERE e.mailing_id = ANY (@mailings) AND e.kind = 'click' AND NOT e.machine AND i.sent
GROUP BY 1, 2
