-- What left, or will leave, in a month: each due time of each drop on the day of its first accepted message, or on which it falls due; imported contacts by the day.
SELECT (coalesce(s.at, o.due_at) AT TIME ZONE @zone)::date AS day, o.campaign, o.drop_name AS drop, coalesce(m.channel, '') AS channel,
       CASE WHEN m.mailing_id IS NULL THEN o.state ELSE m.state END AS state, coalesce(m.frozen_count, 0)::bigint AS people, coalesce(s.messages, 0) AS messages
FROM engine.occurrence o
LEFT JOIN engine.mailing m USING (occurrence_id)
LEFT JOIN LATERAL (
    SELECT min(a.at) AS at, count(*) AS messages
    FROM engine.send_outcome a
    WHERE a.mailing_id = m.mailing_id AND a.outcome = 'accepted' AND a.at <= @as_of
) s ON true
-- A drop leaves at most a few days after it falls due: quiet hours, limits, retries.
WHERE o.due_at >= @from::timestamptz - interval '31 days' AND o.due_at < @until AND coalesce(s.at, o.due_at) >= @from AND coalesce(s.at, o.due_at) < @until
UNION ALL
SELECT (at AT TIME ZONE @zone)::date, campaign, drop_name, channel, 'imported', count(*), count(*) FILTER (WHERE NOT control)
FROM engine.past_window
WHERE at >= @from AND at < @until
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3
