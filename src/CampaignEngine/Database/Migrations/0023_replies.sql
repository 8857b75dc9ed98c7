-- What people write back by mail, the cases that wait for a person, and what is answered.

-- A report or reply can also be proved by the Reply-To address of the message, or by the token of its List-Unsubscribe.
ALTER TABLE engine.bounce DROP CONSTRAINT bounce_proof_check;
ALTER TABLE engine.bounce ADD CONSTRAINT bounce_proof_check CHECK (proof IN ('return_path', 'reply_to', 'unsubscribe', 'message_id'));

-- Like engine.sms_inbound: the address and the words are kept for the person who answers.
CREATE TABLE engine.mail_inbound (
    inbound_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mail_key bytea NOT NULL UNIQUE CHECK (octet_length(mail_key) = 16),   -- as in engine.bounce: a mail that comes twice is one
    received_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    recipient_key bytea NOT NULL CHECK (octet_length(recipient_key) = 16), -- of the address that wrote
    address text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,                              -- without what it quotes
    message_id text,                                 -- what our answer refers to
    proof text CHECK (proof IN ('return_path', 'reply_to', 'unsubscribe', 'message_id')),  -- null: tied by the address alone
    action text NOT NULL CHECK (action IN ('none', 'stop')),
    rule text,                                       -- the rule that answered
    mailing_id int,
    ordinal int,
    CHECK ((mailing_id IS NULL) = (ordinal IS NULL))
);
CREATE INDEX mail_inbound_received ON engine.mail_inbound (received_at);
ALTER TABLE engine.sms_inbound ADD COLUMN rule text;

-- Messages outside of any mailing: canned answers, answers of persons, alarms. claimed_at is durable before anything leaves; one that was claimed and has no outcome is in
-- doubt and never sent again.
CREATE TABLE engine.answer (
    answer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('rule', 'person', 'alarm')),
    channel text NOT NULL CHECK (channel IN ('email', 'sms')),
    inbound_id bigint,                               -- of engine.mail_inbound or engine.sms_inbound: what it answers
    rule text,
    recipient_key bytea CHECK (octet_length(recipient_key) = 16),
    day date NOT NULL,                               -- of engine.yaml's zone
    route text,                                      -- SMS: the one that was written to
    sender text,                                     -- e-mail: name in engine.yaml, null for the first; SMS: our number that was written to
    address text NOT NULL,
    subject text,
    body text NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_by text,
    not_before timestamptz NOT NULL,
    claimed_at timestamptz,
    outcome text CHECK (outcome IN ('accepted', 'rejected', 'in_doubt', 'expired')),
    reply text,                                      -- what the other side said last
    finished_at timestamptz,
    CHECK ((kind = 'rule') = (rule IS NOT NULL)),
    CHECK ((kind = 'alarm') = (inbound_id IS NULL)),
    CHECK (kind = 'alarm' OR recipient_key IS NOT NULL),
    CHECK ((outcome IS NULL) = (finished_at IS NULL))
);
-- At most one canned answer a person, rule and day.
CREATE UNIQUE INDEX answer_once ON engine.answer (recipient_key, channel, rule, day) WHERE kind = 'rule';
CREATE INDEX answer_waiting ON engine.answer (not_before) WHERE outcome IS NULL;
CREATE INDEX answer_inbound ON engine.answer (channel, inbound_id);

-- A reply that no rule answered: a person has to.
CREATE TABLE engine.reply_case (
    case_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel text NOT NULL CHECK (channel IN ('email', 'sms')),
    inbound_id bigint NOT NULL,
    opened_at timestamptz NOT NULL,
    alarm_at timestamptz NOT NULL,                   -- unanswered then: the person in charge is told
    in_charge text,                                  -- e-mail address; null: engine.yaml names nobody
    alarm_id bigint REFERENCES engine.answer,        -- the mail that told it
    answered_at timestamptz,
    closed_at timestamptz,
    closed_by text,
    closed_because text,
    UNIQUE (channel, inbound_id),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK ((closed_at IS NULL) = (closed_because IS NULL))
);
CREATE INDEX reply_case_open ON engine.reply_case (alarm_at) WHERE answered_at IS NULL AND closed_at IS NULL;
