-- The people of the mailing being frozen; see the functions of migrations 0003 and 0014. Gone with the transaction.
CREATE TEMPORARY TABLE IF NOT EXISTS frozen (
    customer_key text COLLATE "C" NOT NULL,
    recipient_key bytea NOT NULL,
    address text NOT NULL,
    cell text,
    not_before timestamptz NOT NULL,
    seed boolean NOT NULL DEFAULT false,
    zone text,
    country text,
    provider text
) ON COMMIT DROP
