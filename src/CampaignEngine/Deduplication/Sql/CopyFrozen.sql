COPY frozen (customer_key, recipient_key, address, cell, not_before, zone) FROM STDIN (FORMAT BINARY)
-- Streams re-read people (another channel, a later drop) into the mailing being frozen.
