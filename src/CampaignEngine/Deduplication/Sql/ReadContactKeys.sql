-- The people to contact, in key order, after a given key: pages of the list for reading their addresses again.
SELECT customer_key AS "CustomerKey", cell AS "Cell" FROM engine.list_person
WHERE list_id = @list AND reason = 'contact' AND customer_key > @after AND (@part::text IS NULL OR (cell IS NOT DISTINCT FROM 'remainder') = (@part = 'remainder'))
ORDER BY customer_key LIMIT @page
