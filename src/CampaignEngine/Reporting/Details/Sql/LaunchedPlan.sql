-- The plan whose list the campaign's first mailing was frozen from.
SELECT p.document::text
FROM engine.mailing m
JOIN engine.occurrence o USING (occurrence_id)
JOIN engine.plan p USING (plan_id)
WHERE m.mailing_id = ANY (@mailings)
ORDER BY m.mailing_id
LIMIT 1
