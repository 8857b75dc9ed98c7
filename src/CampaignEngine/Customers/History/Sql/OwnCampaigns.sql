-- A name cannot stand for an imported campaign and for one of our own.
SELECT p.campaign
FROM engine.past_campaign p
WHERE EXISTS (SELECT FROM engine.mailing m WHERE m.campaign = p.campaign)
ORDER BY p.campaign
LIMIT 1
