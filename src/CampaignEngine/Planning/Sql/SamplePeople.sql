-- A few people to contact, spread over the list by their recipient key: the same ones for the same list.
SELECT customer_key AS "CustomerKey", cell AS "Cell", address AS "Address", recipient_key AS "RecipientKey"
FROM engine.list_person WHERE list_id = @list AND reason = 'contact'
ORDER BY recipient_key LIMIT 3
