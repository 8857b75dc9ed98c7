-- The built-in customer database gets the orders that are new. One that an import brought already stays as it is. Side effect: crm.orders, and through its trigger the
-- marks of the purchase summary.
INSERT INTO crm.orders (order_no, customer_id, kind, ordered_at, amount, quantity, currency, channel, category, payment_method, keycode, country, note, source, attributes)
SELECT o.order_no, c.customer_id, o.kind, o.at, o.amount, coalesce(r.quantity, 0), o.currency, r.channel, r.category, r.payment_method, r.keycode, r.country, r.note, o.source, coalesce(r.attributes, '{}')
FROM engine.shop_order o
CROSS JOIN LATERAL jsonb_populate_record(NULL::crm.orders, o.document) r
LEFT JOIN crm.customers c ON c.customer_id = CASE WHEN o.customer_key ~ '^[0-9]{1,18}$' THEN o.customer_key::bigint END
WHERE o.shop_order_id = ANY (@ids)
ORDER BY o.order_no
ON CONFLICT (order_no) DO NOTHING
