-- What is known of every contact and of every person of the control cell, kept while one report with its page is made: the columns of LiveContacts.sql and
-- PastContacts.sql.
CREATE TEMP TABLE report_item (
    drop_name text NOT NULL, cell text NOT NULL, control boolean NOT NULL,
    customer_key text COLLATE "C" NOT NULL,
    sent boolean NOT NULL, in_doubt boolean NOT NULL,
    messages bigint, cost numeric, possible_duplicates bigint,
    delivered boolean, bounced boolean, opened_raw boolean, opened boolean, clicked_raw boolean, clicked boolean, replied boolean, unsubscribed boolean, complained boolean,
    responded boolean, orders bigint NOT NULL, revenue numeric NOT NULL,
    mailing_id int,                                  -- null: of an imported campaign
    ordinal bigint NOT NULL,                         -- negative: of the control cell
    person_key text COLLATE "C",                     -- in the customer database; null where unknown
    at timestamptz,                                  -- of the contact; where the control cell's window begins
    responded_at timestamptz,                        -- first counted reaction
    converted_at timestamptz,                        -- first credited conversion
    order_keys text[], order_times timestamptz[], order_counts int[], order_amounts numeric[]   -- the credited conversions
) ON COMMIT DROP
