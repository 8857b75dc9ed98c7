-- Of every earlier campaign on one of the channels: which part of its responses had come after so many seconds. Only contacts whose window of the present
-- campaign's length is over count, and campaigns with twenty responses or more. Our own campaigns by first click or reply, imported ones by first response.
WITH delay AS (
    SELECT m.channel, m.campaign, extract(epoch FROM min(e.at) - o.at)::float8 AS seconds
    FROM engine.mailing m
    JOIN engine.send_outcome o ON o.mailing_id = m.mailing_id AND o.outcome = 'accepted'
    JOIN engine.event_as_of(@as_of) e ON e.mailing_id = o.mailing_id AND e.ordinal = o.ordinal AND e.kind IN ('click', 'reply') AND NOT e.machine
    WHERE m.campaign <> @campaign AND m.channel = ANY (@channels) AND o.at <= @as_of - @window::text::interval
      AND e.at >= o.at AND e.at <= o.at + @window::text::interval
    GROUP BY m.channel, m.campaign, o.mailing_id, o.ordinal, o.at
    UNION ALL
    SELECT c.channel, c.campaign, extract(epoch FROM min(r.at) - c.at)::float8
    FROM engine.past_window c
    JOIN engine.past_response r USING (past_contact_id)
    WHERE c.channel = ANY (@channels) AND NOT c.control AND c.at <= @as_of - @window::text::interval AND r.at >= c.at AND r.at <= c.at + @window::text::interval
    GROUP BY c.channel, c.campaign, c.past_contact_id, c.at
)
SELECT d.channel, d.campaign, a.age, avg((d.seconds <= a.age)::int)::float8 AS share, count(*) AS responses
FROM delay d
CROSS JOIN unnest(@ages::float8[]) AS a (age)
GROUP BY d.channel, d.campaign, a.age
HAVING count(*) >= 20
ORDER BY d.channel, d.campaign, a.age
