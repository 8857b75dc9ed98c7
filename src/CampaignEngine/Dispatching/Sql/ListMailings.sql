-- Mailings in the order of their due times; all campaigns when none is named.
SELECT mailing_id FROM engine.mailing
WHERE @campaign::text IS NULL OR campaign = @campaign
ORDER BY due_at, mailing_id
