-- Campaigns whose last message is out and that have no closing figures since, the most recent first; all of them anew where that is asked for.
WITH own AS (
    SELECT campaign, string_agg(DISTINCT channel, ', ' ORDER BY channel) AS channels, min(due_at) AS started_at, max(coalesce(completed_at, due_at)) AS ended_at, sum(frozen_count)::bigint AS people
    FROM engine.mailing
    GROUP BY campaign
    HAVING bool_and(state IN ('completed', 'cancelled'))
), past AS (
    SELECT p.campaign, p.channel AS channels, w.started_at, CASE WHEN isfinite(w.until) THEN w.until ELSE greatest(w.last_at, p.imported_at) END AS ended_at
    FROM engine.past_campaign p
    -- Contacts of a campaign that is closed already stay unread.
    CROSS JOIN LATERAL (SELECT min(at) AS started_at, max(at) AS last_at, max(until) AS until FROM engine.past_window w WHERE w.campaign = p.campaign) AS w
    WHERE @again OR NOT EXISTS (SELECT FROM engine.campaign_closing k WHERE k.campaign = p.campaign)
)
SELECT campaign, channels, imported, started_at, ended_at, people
FROM (SELECT campaign, channels, false AS imported, started_at, ended_at, people FROM own
      UNION ALL SELECT campaign, channels, true, started_at, ended_at, 0 FROM past) AS known
WHERE started_at < @before AND (@again OR NOT EXISTS (SELECT FROM engine.campaign_closing k WHERE k.campaign = known.campaign AND k.ended_at >= known.ended_at))
ORDER BY started_at DESC, campaign
