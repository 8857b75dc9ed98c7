-- Mailings in the order of their due times; all campaigns when none is named, without those that have ended when so wished.
SELECT mailing_id FROM engine.mailing
WHERE (@campaign::text IS NULL OR campaign = @campaign) AND (NOT @open_only OR state IN ('running', 'paused'))
ORDER BY due_at, mailing_id
