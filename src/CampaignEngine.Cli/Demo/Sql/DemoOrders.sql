-- Orders of simulated recipients, each with one line of tea.
WITH bought AS (
    INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount, quantity, currency, channel, category, source)
    SELECT 'R' || n, customer::bigint, at, price * quantity, quantity, 'USD', 'web', 'tea', 'demo'
    FROM unnest(@customers::text[], @times::timestamptz[], @prices::numeric[], @quantities::int[]) WITH ORDINALITY AS o(customer, at, price, quantity, n)
    RETURNING order_id, amount, quantity)
INSERT INTO crm.order_lines (order_id, product_id, line_key, category, quantity, unit_price, amount)
SELECT order_id, 1, 'T-101', 'tea', quantity, amount / quantity, amount FROM bought
