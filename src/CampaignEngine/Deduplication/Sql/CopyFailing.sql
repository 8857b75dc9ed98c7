COPY engine.list_person (list_id, customer_key, reason, condition) FROM STDIN (FORMAT BINARY)
-- Streams the people whom a condition leaves out into the list.
