-- What a keycode stands for: the reading half of Tracking/Keycodes.cs, so that orders, calls and reply cards with a code join the ledger.
-- A mistyped code gives no row. For example:
--   SELECT o.order_no, i.customer_key, i.cell FROM crm.orders o CROSS JOIN LATERAL engine.keycode_item(o.keycode) k JOIN engine.mailing_item i USING (mailing_id, ordinal)
CREATE FUNCTION engine.keycode_item(code text, OUT mailing_id int, OUT ordinal int) RETURNS SETOF record LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
SET search_path = pg_catalog AS $$
DECLARE
    alphabet CONSTANT text := '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
    plain text := upper(translate(code, ' -', ''));
    size int := length(plain);
    digit int;
    digits int;
    total int := 0;
    number bigint := 0;
BEGIN
    IF size < 4 OR size > 16 THEN
        RETURN;
    END IF;
    FOR i IN 1..size LOOP
        digit := strpos(alphabet, substr(plain, i, 1)) - 1;
        IF digit < 0 THEN
            RETURN;
        END IF;
        total := total + (size + 1 - i) * digit;
    END LOOP;
    digits := strpos(alphabet, substr(plain, 1, 1)) - 1;
    -- A number that begins with the digit nought would be a second spelling.
    IF total % 31 <> 0 OR digits < 1 OR digits + 2 >= size OR substr(plain, 2, 1) = '2' OR substr(plain, 2 + digits, 1) = '2' THEN
        RETURN;
    END IF;
    FOR i IN 2..size - 1 LOOP
        IF i = 2 + digits THEN
            mailing_id := number;
            number := 0;
        END IF;
        number := number * 31 + strpos(alphabet, substr(plain, i, 1)) - 1;
        IF number > 2147483647 THEN
            RETURN;
        END IF;
    END LOOP;
    ordinal := number;
    RETURN NEXT;
END $$;
