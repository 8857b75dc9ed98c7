-- The definition under which the campaign's newest mailing was frozen.
SELECT p.definition_file, p.definition_yaml
FROM engine.mailing m
JOIN engine.occurrence o USING (occurrence_id)
JOIN engine.plan p USING (plan_id)
WHERE m.campaign = @campaign
ORDER BY m.mailing_id DESC
LIMIT 1
