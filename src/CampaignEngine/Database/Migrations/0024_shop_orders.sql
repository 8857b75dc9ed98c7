-- Orders that shops hand in over HTTP. Each is kept as it came, once; the built-in customer database gets it as a row of crm.orders, for another one it is counted by the same
-- conversion rule, as the row it would be there.
CREATE TABLE engine.shop_order (
    shop_order_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,                            -- who handed it in: a caller of engine.yaml
    order_no text COLLATE "C" NOT NULL UNIQUE,       -- the shop's number: the same number is the same order
    at timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('sale', 'return', 'cancellation')),
    amount numeric(14,2) NOT NULL,
    currency text,
    customer_key text COLLATE "C",                   -- null: it names nobody we know
    tied_by text CHECK (tied_by IN ('customer', 'keycode', 'email', 'phone')),
    mailing_id int,                                  -- of its keycode
    ordinal int,
    document jsonb NOT NULL,                         -- by columns of the model's order table
    content_hash bytea NOT NULL,                     -- of what was handed in: the same number with other content is refused
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((customer_key IS NULL) = (tied_by IS NULL)),
    CHECK ((mailing_id IS NULL) = (ordinal IS NULL)),
    CHECK (CASE kind WHEN 'sale' THEN amount >= 0 ELSE amount <= 0 END)
);
CREATE INDEX shop_order_at ON engine.shop_order (at);
CREATE INDEX shop_order_customer ON engine.shop_order (customer_key, at) WHERE customer_key IS NOT NULL;
-- An order is tied to its customer by address.
CREATE INDEX customers_email_as_written ON crm.customers (email) WHERE email IS NOT NULL;
CREATE INDEX customers_mobile ON crm.customers (mobile) WHERE mobile IS NOT NULL;
CREATE INDEX customers_phone ON crm.customers (phone) WHERE phone IS NOT NULL;
