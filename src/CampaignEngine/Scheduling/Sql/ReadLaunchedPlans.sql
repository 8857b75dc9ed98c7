-- The newest launched plan of every campaign: its definition says when recurring and relative drops fall due.
SELECT DISTINCT ON (campaign) plan_id, campaign, definition_file, definition_yaml, launched_at
FROM engine.plan
WHERE launched_at IS NOT NULL
ORDER BY campaign, launched_at DESC, plan_id DESC
