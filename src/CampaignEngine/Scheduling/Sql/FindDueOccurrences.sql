-- Due times that have come and have no mailing yet, whoever should have made it: the sweep that no lost trigger escapes.
SELECT o.occurrence_id, o.campaign, o.drop_name, o.due_at, o.decided_at, p.plan_id, p.definition_file, p.definition_yaml
FROM engine.occurrence o
JOIN engine.plan p USING (plan_id)
WHERE o.state = 'due' AND o.due_at <= @now
ORDER BY o.due_at, o.occurrence_id
LIMIT 100
