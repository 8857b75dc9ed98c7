-- The waterfall of a list.
SELECT reason AS "Reason", condition AS "Condition", count(*) AS "Count"
FROM engine.list_person WHERE list_id = @list
GROUP BY reason, condition
