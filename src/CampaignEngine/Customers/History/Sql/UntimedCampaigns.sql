-- A contact must have a time, of its own or of its campaign: conditions and windows count from it.
SELECT p.campaign, count(*) AS contacts
FROM engine.past_campaign p
JOIN engine.past_contact c USING (past_campaign_id)
WHERE p.starts_at IS NULL AND c.contacted_at IS NULL
GROUP BY p.campaign
ORDER BY p.campaign
LIMIT 1
