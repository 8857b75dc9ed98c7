COPY withdrawn (recipient_key, customer_key) FROM STDIN (FORMAT BINARY)
-- Streams them in; only people with withdrawn consent are read for it.
