-- Everybody whom the drop's channel reaches, streamed in key order as the partition has them.
SELECT customer_key, cell, address FROM engine.list_person
WHERE list_id = @list AND reason = 'contact' AND (reach & @channel) <> 0
ORDER BY customer_key
