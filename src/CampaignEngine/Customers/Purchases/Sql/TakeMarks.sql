-- Takes the marks that are committed now. Marks of transactions still open stay for the next refresh.
CREATE TEMPORARY TABLE purchase_marks ON COMMIT DROP AS SELECT customer_key FROM engine.purchase_dirty WITH NO DATA;
WITH taken AS (DELETE FROM engine.purchase_dirty RETURNING customer_key)
INSERT INTO pg_temp.purchase_marks SELECT DISTINCT customer_key FROM taken;
