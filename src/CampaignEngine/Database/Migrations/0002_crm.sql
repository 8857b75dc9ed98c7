-- The built-in customer database, for those who have none yet. model.yaml maps it like any foreign schema.
CREATE SCHEMA crm;

CREATE TABLE crm.households (
    household_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    household_no text NOT NULL UNIQUE,
    name text,
    attributes jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE crm.customers (
    customer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_no text NOT NULL UNIQUE,                -- the number people know the customer by
    household_id bigint REFERENCES crm.households,
    title text, first_name text, last_name text,
    sex text CHECK (sex IN ('female', 'male', 'other')),
    birth_date date,
    education text, company text, industry text, job_title text,
    buying_role text,                                -- role in purchasing: decides, advises, uses, buys ...
    email text, mobile text, phone text, fax text,
    street text, postal_code text, city text, region text, country text, -- country: ISO 3166 alpha-2 where known
    language text, time_zone text,                   -- BCP 47; IANA
    interests text[] NOT NULL DEFAULT '{}',
    source text,                                     -- the list the customer came from
    -- Current consent per channel, kept by trigger from crm.consents: granted, withdrawn or unknown.
    email_consent text NOT NULL DEFAULT 'unknown' CHECK (email_consent IN ('granted', 'withdrawn', 'unknown')),
    sms_consent text NOT NULL DEFAULT 'unknown' CHECK (sms_consent IN ('granted', 'withdrawn', 'unknown')),
    print_consent text NOT NULL DEFAULT 'unknown' CHECK (print_consent IN ('granted', 'withdrawn', 'unknown')),
    call_consent text NOT NULL DEFAULT 'unknown' CHECK (call_consent IN ('granted', 'withdrawn', 'unknown')),
    attributes jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX customers_household ON crm.customers (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX customers_email ON crm.customers (lower(email));

CREATE TABLE crm.products (
    product_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    product_no text NOT NULL UNIQUE,
    name text, category text, brand text,
    price numeric(14,2), currency text, url text, image_url text,
    attributes jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE crm.orders (
    order_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_no text NOT NULL UNIQUE,
    customer_id bigint REFERENCES crm.customers,     -- null: bought without being known
    kind text NOT NULL DEFAULT 'sale' CHECK (kind IN ('sale', 'cancellation', 'return', 'adjustment')),
    ordered_at timestamptz NOT NULL,
    amount numeric(14,2) NOT NULL DEFAULT 0,         -- sum of its lines; negative for cancellations
    quantity numeric(14,3) NOT NULL DEFAULT 0,
    currency text, channel text, category text, payment_method text, keycode text, country text, note text,
    source text,
    attributes jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX orders_customer ON crm.orders (customer_id, ordered_at);
CREATE INDEX orders_ordered_at ON crm.orders (ordered_at);

CREATE TABLE crm.order_lines (
    order_line_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id bigint NOT NULL REFERENCES crm.orders,
    product_id bigint REFERENCES crm.products,
    line_key text COLLATE "C" NOT NULL,              -- identity of the line inside its order, from the import map
    category text,
    quantity numeric(14,3) NOT NULL,
    unit_price numeric(14,4) NOT NULL,
    amount numeric(14,2) NOT NULL,
    note text,
    UNIQUE (order_id, line_key)
);
CREATE INDEX order_lines_product ON crm.order_lines (product_id);

-- Every statement of consent ever made, append-only: the proof of who agreed to what, when, where, in which wording.
CREATE TABLE crm.consents (
    consent_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES crm.customers,
    channel text NOT NULL CHECK (channel IN ('email', 'sms', 'print', 'call')),
    purpose text NOT NULL DEFAULT 'marketing',
    status text NOT NULL CHECK (status IN ('granted', 'withdrawn')),
    stated_at timestamptz NOT NULL,
    source text NOT NULL,
    wording_version text,
    UNIQUE (customer_id, channel, purpose, stated_at, status)
);

CREATE TABLE crm.interactions (
    interaction_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    interaction_no text UNIQUE,
    customer_id bigint NOT NULL REFERENCES crm.customers,
    direction text NOT NULL CHECK (direction IN ('in', 'out')),
    channel text NOT NULL,
    happened_at timestamptz NOT NULL,
    kind text, subject text, result text,
    duration_seconds int,
    attributes jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX interactions_customer ON crm.interactions (customer_id, happened_at);

CREATE TABLE crm.complaints (
    complaint_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    complaint_no text UNIQUE,
    customer_id bigint NOT NULL REFERENCES crm.customers,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'closed')),
    subject text, note text
);
CREATE INDEX complaints_customer ON crm.complaints (customer_id);

-- Do-not-contact entries as they were handed in, with their address; hashed into engine.suppression before every plan and send.
CREATE TABLE crm.suppressions (
    suppression_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel text NOT NULL CHECK (channel IN ('email', 'sms', 'print', 'call')),
    address text NOT NULL,
    scope text NOT NULL DEFAULT 'global',
    reason text NOT NULL DEFAULT 'imported',
    since timestamptz NOT NULL DEFAULT now(),
    source text,
    hashed boolean NOT NULL DEFAULT false,
    UNIQUE (channel, address, scope)
);
CREATE INDEX suppressions_unhashed ON crm.suppressions (suppression_id) WHERE NOT hashed;

-- The countries people bought from or live in.
CREATE VIEW crm.countries AS
SELECT country, sum(customers)::bigint AS customers, sum(orders)::bigint AS orders
FROM (SELECT country, count(*) AS customers, 0::bigint AS orders FROM crm.customers WHERE country IS NOT NULL GROUP BY country
      UNION ALL
      SELECT country, 0, count(*) FROM crm.orders WHERE country IS NOT NULL GROUP BY country) c
GROUP BY country;

-- consents -> current consent on the customer. The newest statement wins; on the same instant a withdrawal does.
CREATE FUNCTION crm.apply_consents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH touched AS (SELECT DISTINCT customer_id FROM new_rows WHERE purpose = 'marketing'),
    newest AS (
        SELECT DISTINCT ON (c.customer_id, c.channel) c.customer_id, c.channel, c.status
        FROM crm.consents c JOIN touched USING (customer_id)
        WHERE c.purpose = 'marketing'
        ORDER BY c.customer_id, c.channel, c.stated_at DESC, c.status DESC),
    wide AS (
        SELECT customer_id,
               max(status) FILTER (WHERE channel = 'email') AS email, max(status) FILTER (WHERE channel = 'sms') AS sms,
               max(status) FILTER (WHERE channel = 'print') AS print, max(status) FILTER (WHERE channel = 'call') AS call
        FROM newest GROUP BY customer_id)
    UPDATE crm.customers c
    SET email_consent = coalesce(w.email, 'unknown'), sms_consent = coalesce(w.sms, 'unknown'),
        print_consent = coalesce(w.print, 'unknown'), call_consent = coalesce(w.call, 'unknown')
    FROM wide w
    WHERE c.customer_id = w.customer_id
      AND (c.email_consent, c.sms_consent, c.print_consent, c.call_consent)
          IS DISTINCT FROM (coalesce(w.email, 'unknown'), coalesce(w.sms, 'unknown'), coalesce(w.print, 'unknown'), coalesce(w.call, 'unknown'));
    RETURN NULL;
END $$;
CREATE TRIGGER consents_apply AFTER INSERT ON crm.consents REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm.apply_consents();

-- orders -> customers whose purchase summary must be recomputed.
CREATE FUNCTION crm.mark_purchases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        INSERT INTO engine.purchase_dirty VALUES ('*');
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO engine.purchase_dirty SELECT DISTINCT customer_id::text FROM new_rows WHERE customer_id IS NOT NULL;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO engine.purchase_dirty SELECT DISTINCT customer_id::text FROM old_rows WHERE customer_id IS NOT NULL;
    ELSE
        INSERT INTO engine.purchase_dirty
        SELECT customer_id::text FROM old_rows WHERE customer_id IS NOT NULL
        UNION SELECT customer_id::text FROM new_rows WHERE customer_id IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER orders_mark_insert AFTER INSERT ON crm.orders REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm.mark_purchases();
CREATE TRIGGER orders_mark_update AFTER UPDATE ON crm.orders REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION crm.mark_purchases();
CREATE TRIGGER orders_mark_delete AFTER DELETE ON crm.orders REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION crm.mark_purchases();
CREATE TRIGGER orders_mark_truncate AFTER TRUNCATE ON crm.orders FOR EACH STATEMENT EXECUTE FUNCTION crm.mark_purchases();
