-- Answers that come in files: results of a call centre, scanned reply cards, redeemed coupons. Fed by 'campaign import-responses'.
CREATE TABLE engine.response (
    response_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    response_no text COLLATE "C" NOT NULL UNIQUE,    -- the source's own name of it: the same number is the same answer
    at timestamptz NOT NULL,
    kind text NOT NULL,                              -- the source's own word: call, card, coupon ...
    result text,
    responded boolean NOT NULL DEFAULT true,         -- false: reached, and no reaction
    keycode text,
    coupon text,
    customer_key text COLLATE "C",
    email text,
    phone text,
    campaign text,                                   -- stated: only its contacts are meant
    value numeric(14,2),
    currency text,
    source text,
    mailing_id int,                                  -- the message that it answers
    ordinal int,
    tied_by text CHECK (tied_by IN ('keycode', 'coupon', 'customer', 'email', 'phone')),
    recorded_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((mailing_id IS NULL) = (ordinal IS NULL)),
    CHECK ((mailing_id IS NULL) = (tied_by IS NULL))
);
CREATE INDEX response_untied ON engine.response (response_id) WHERE mailing_id IS NULL;
-- A coupon of a person's own is redeemed once.
CREATE UNIQUE INDEX response_coupon ON engine.response (mailing_id, ordinal) WHERE tied_by = 'coupon';
