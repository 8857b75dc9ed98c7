-- People contacted in each mailing of the campaign, for how long already, and the channels.
SELECT m.channel, count(*) AS contacted, least(extract(epoch FROM @as_of - s.started_at), extract(epoch FROM @window::text::interval))::float8 AS age
FROM engine.mailing m
JOIN unnest(@mailings::int[], @starts::timestamptz[]) AS s (mailing_id, started_at) USING (mailing_id)
JOIN engine.send_outcome o ON o.mailing_id = m.mailing_id AND o.outcome = 'accepted' AND o.at <= @as_of
WHERE m.mailing_id = ANY (@mailings)
GROUP BY m.mailing_id, m.channel, s.started_at
ORDER BY m.mailing_id
