-- Everybody whose reason differs between two lists, counted by the pair of reasons.
SELECT coalesce(old.reason, 'not_in_universe') AS "From", coalesce(new.reason, 'not_in_universe') AS "To", count(*) AS "Count"
FROM (SELECT customer_key, reason FROM engine.list_person WHERE list_id = @old) old
FULL JOIN (SELECT customer_key, reason FROM engine.list_person WHERE list_id = @new) new USING (customer_key)
WHERE old.reason IS DISTINCT FROM new.reason
GROUP BY 1, 2 ORDER BY 3 DESC
