COPY candidate (customer_key, failed, problem, address, recipient_key, match_1, match_2, match_3, survivor, limit_order, time_zone, reach, control_share, cell)
FROM STDIN (FORMAT BINARY)
-- Streams the selected people into the transaction's candidate table.
