-- Channels of a campaign and when it began.
SELECT string_agg(DISTINCT channel, ', ' ORDER BY channel) AS channels, min(due_at) AS started_at
FROM engine.mailing
WHERE campaign = @campaign
HAVING count(*) > 0
UNION ALL
SELECT p.channel, min(w.at)
FROM engine.past_campaign p
JOIN engine.past_window w USING (campaign)
WHERE p.campaign = @campaign
GROUP BY p.channel
