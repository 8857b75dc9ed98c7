-- The mailings of a campaign, or of one of its drops.
SELECT mailing_id, drop_name, state
FROM engine.mailing
WHERE campaign = @campaign AND (@drop::text IS NULL OR drop_name = @drop)
ORDER BY mailing_id
