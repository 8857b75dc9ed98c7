-- Everybody to contact, for rendering all their messages before anything is approved; streamed, in key order as the partition has them.
SELECT customer_key, cell, reach FROM engine.list_person WHERE list_id = @list AND reason = 'contact' ORDER BY customer_key
