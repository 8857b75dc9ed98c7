-- Addresses of the lead channel whose consent somebody withdrew, with one of the people who did. Gone with the transaction.
CREATE TEMPORARY TABLE IF NOT EXISTS withdrawn (
    recipient_key bytea NOT NULL,
    customer_key text COLLATE "C" NOT NULL
) ON COMMIT DROP
