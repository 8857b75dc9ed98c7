-- Order lines refer to orders and products as before, but a statement's rows are checked together: a foreign key looks up both rows
-- anew for each line, which was a third of the time of a large import (docs/decisions/0006-order-lines-are-checked-by-statement.md).

ALTER TABLE crm.order_lines DROP CONSTRAINT order_lines_order_id_fkey, DROP CONSTRAINT order_lines_product_id_fkey;

-- The rows referred to are locked as a foreign key would lock them, so nobody deletes them before this transaction has ended; a row that
-- another transaction has deleted meanwhile cannot be locked and is missing.
CREATE FUNCTION crm.check_order_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    lost bigint;
BEGIN
    WITH wanted AS MATERIALIZED (SELECT DISTINCT order_id FROM new_rows),
         found AS MATERIALIZED (SELECT o.order_id FROM crm.orders o JOIN wanted USING (order_id) FOR KEY SHARE OF o)
    SELECT order_id INTO lost FROM wanted WHERE NOT EXISTS (SELECT FROM found WHERE found.order_id = wanted.order_id) LIMIT 1;
    IF lost IS NOT NULL THEN
        RAISE EXCEPTION 'an order line refers to order %, which is not there', lost
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'crm', TABLE = 'order_lines', CONSTRAINT = 'order_lines_order';
    END IF;
    WITH wanted AS MATERIALIZED (SELECT DISTINCT product_id FROM new_rows WHERE product_id IS NOT NULL),
         found AS MATERIALIZED (SELECT p.product_id FROM crm.products p JOIN wanted USING (product_id) FOR KEY SHARE OF p)
    SELECT product_id INTO lost FROM wanted WHERE NOT EXISTS (SELECT FROM found WHERE found.product_id = wanted.product_id) LIMIT 1;
    IF lost IS NOT NULL THEN
        RAISE EXCEPTION 'an order line refers to product %, which is not there', lost
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'crm', TABLE = 'order_lines', CONSTRAINT = 'order_lines_product';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER order_lines_insert AFTER INSERT ON crm.order_lines REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm.check_order_lines();
CREATE TRIGGER order_lines_update AFTER UPDATE ON crm.order_lines REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm.check_order_lines();

-- The other side: what lines refer to stays.
CREATE FUNCTION crm.keep_orders_with_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    held bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        SELECT order_id INTO held FROM crm.order_lines LIMIT 1;
    ELSE
        SELECT o.order_id INTO held FROM old_rows o
        WHERE EXISTS (SELECT FROM crm.order_lines l WHERE l.order_id = o.order_id) AND NOT EXISTS (SELECT FROM crm.orders n WHERE n.order_id = o.order_id) LIMIT 1;
    END IF;
    IF held IS NOT NULL THEN
        RAISE EXCEPTION 'order % has order lines', held
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'crm', TABLE = 'orders', CONSTRAINT = 'order_lines_order', HINT = 'Delete its lines first.';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER orders_keep_delete AFTER DELETE ON crm.orders REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crm.keep_orders_with_lines();
CREATE TRIGGER orders_keep_truncate AFTER TRUNCATE ON crm.orders FOR EACH STATEMENT EXECUTE FUNCTION crm.keep_orders_with_lines();

CREATE FUNCTION crm.keep_products_with_lines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    held bigint;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        SELECT product_id INTO held FROM crm.order_lines WHERE product_id IS NOT NULL LIMIT 1;
    ELSE
        SELECT o.product_id INTO held FROM old_rows o
        WHERE EXISTS (SELECT FROM crm.order_lines l WHERE l.product_id = o.product_id) AND NOT EXISTS (SELECT FROM crm.products n WHERE n.product_id = o.product_id) LIMIT 1;
    END IF;
    IF held IS NOT NULL THEN
        RAISE EXCEPTION 'product % has order lines', held
            USING ERRCODE = 'foreign_key_violation', SCHEMA = 'crm', TABLE = 'products', CONSTRAINT = 'order_lines_product', HINT = 'Delete its lines first.';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER products_keep_delete AFTER DELETE ON crm.products REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crm.keep_products_with_lines();
CREATE TRIGGER products_keep_truncate AFTER TRUNCATE ON crm.products FOR EACH STATEMENT EXECUTE FUNCTION crm.keep_products_with_lines();
