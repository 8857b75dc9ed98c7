-- Due times of a drop's mailings since a launch: what a drop that follows it is counted from.
SELECT m.due_at, o.test_part
FROM engine.mailing m
JOIN engine.occurrence o USING (occurrence_id)
WHERE m.campaign = @campaign AND m.drop_name = @drop AND m.state <> 'cancelled' AND NOT m.waits AND o.plan_id = @plan_id
ORDER BY m.due_at
