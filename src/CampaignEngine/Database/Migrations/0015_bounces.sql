-- What mail about our mail said: bounces, complaints, automatic answers. One row a recipient; facts, except that an operator's decision about an unknown text sets its class.
CREATE TABLE engine.bounce (
    bounce_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail_key bytea NOT NULL CHECK (octet_length(mail_key) = 16), -- hash of Message-ID and body: a mail that comes twice is one
    place int NOT NULL CHECK (place >= 1),           -- of the recipient within the mail
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    proof text CHECK (proof IN ('return_path', 'message_id')), -- what of ours the mail carried; null: nothing, so it may be anybody's invention
    mailing_id int,
    ordinal int,
    recipient_key bytea CHECK (octet_length(recipient_key) = 16), -- of the item where there is one, else of the address that the mail names
    class text COLLATE "C" NOT NULL,
    class_group text COLLATE "C" NOT NULL,
    hard boolean NOT NULL,
    complains boolean NOT NULL,                      -- a person asks for no more mail
    status text,
    reply_code smallint,
    action text,
    text text NOT NULL,                              -- without addresses
    UNIQUE (mail_key, place),
    CHECK ((mailing_id IS NULL) = (ordinal IS NULL)),
    CHECK (proof IS NOT NULL OR mailing_id IS NULL)
);
CREATE INDEX bounce_item ON engine.bounce (mailing_id, ordinal) WHERE mailing_id IS NOT NULL;
CREATE INDEX bounce_recipient ON engine.bounce (recipient_key, at) WHERE recipient_key IS NOT NULL;
CREATE INDEX bounce_review ON engine.bounce (at) WHERE class = 'undefined';

-- What operators decided about texts that no rule knew. The newest one decides; none is edited.
CREATE TABLE engine.bounce_rule (
    rule_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    phrase text NOT NULL CHECK (length(phrase) BETWEEN 4 AND 300),
    class text NOT NULL,
    decided_at timestamptz NOT NULL DEFAULT now(),
    decided_by text NOT NULL,
    because text NOT NULL
);
