-- What a list says about one person.
SELECT reason AS "Reason", condition AS "Condition", duplicate_of AS "DuplicateOf", cell AS "Cell"
FROM engine.list_person WHERE list_id = @list AND customer_key = @key
