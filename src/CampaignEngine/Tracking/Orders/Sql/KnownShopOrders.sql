-- What was handed in under these numbers before.
SELECT order_no, content_hash FROM engine.shop_order WHERE order_no = ANY (@numbers)
