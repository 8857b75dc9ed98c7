-- The occurrence to freeze with its plan; locked, so that two freezers make one mailing.
SELECT o.occurrence_id, o.campaign, o.drop_name, o.due_at, o.state, o.decided_at, o.test_part, p.plan_id, p.definition_file, p.definition_yaml,
       p.templates::text AS templates, p.list_id
FROM engine.occurrence o JOIN engine.plan p USING (plan_id)
WHERE o.occurrence_id = @occurrence
FOR UPDATE OF o
