-- The net list in key order: what the list hash is taken over.
SELECT customer_key, cell, recipient_key FROM engine.list_person
WHERE list_id = @list AND reason IN ('contact', 'control') ORDER BY customer_key
