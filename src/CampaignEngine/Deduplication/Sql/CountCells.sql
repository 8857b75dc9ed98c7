-- People to contact per test cell.
SELECT cell AS "Cell", count(*) AS "People" FROM engine.list_person
WHERE list_id = @list AND reason = 'contact' GROUP BY cell
