-- Everybody of the universe as the selection saw them, with what deduplication needs. Gone with the transaction.
-- "excluded" gathers the one reason of each selected person who leaves the list; the first statement to name a person wins.
CREATE TEMPORARY TABLE candidate (
    customer_key text COLLATE "C" NOT NULL,
    failed smallint NOT NULL,            -- 0: every condition holds; else the number of the first that does not
    problem text COLLATE "C",            -- no_address, invalid_address, no_consent
    address text,
    recipient_key bytea,
    match_1 bytea, match_2 bytea, match_3 bytea,   -- keys of audience.dedupe in its order
    survivor bytea,                      -- memcmp order: the smallest stays
    limit_order bytea,
    time_zone text,
    reach smallint NOT NULL,
    control_share float8 NOT NULL,
    cell text COLLATE "C"
) ON COMMIT DROP;

CREATE TEMPORARY TABLE excluded (
    customer_key text COLLATE "C" PRIMARY KEY,
    reason text COLLATE "C" NOT NULL,
    duplicate_of text COLLATE "C"
) ON COMMIT DROP;
