-- Answers to SMS, and receipts.

ALTER TABLE engine.event DROP CONSTRAINT event_kind_check;
ALTER TABLE engine.event ADD CONSTRAINT event_kind_check
    CHECK (kind IN ('open', 'click', 'unsubscribe', 'bounce', 'complaint', 'reply', 'view_online', 'delivered'));

-- What people wrote back. The number and the words are kept for the person who answers; what the engine does with them is in action.
CREATE TABLE engine.sms_inbound (
    inbound_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    route text NOT NULL,
    message_id text NOT NULL,                        -- the gateway's own number: a request that comes twice is one answer
    received_at timestamptz NOT NULL,
    recipient_key bytea NOT NULL CHECK (octet_length(recipient_key) = 16),
    address text NOT NULL,                           -- E.164
    body text NOT NULL,
    action text NOT NULL CHECK (action IN ('none', 'stop', 'start', 'help')),
    mailing_id int,                                  -- the last SMS to this number, where there is one
    ordinal int,
    answered text,                                   -- what became of our answer; null: none was sent
    UNIQUE (route, message_id),
    CHECK ((mailing_id IS NULL) = (ordinal IS NULL))
);
CREATE INDEX sms_inbound_received ON engine.sms_inbound (received_at);
CREATE INDEX sms_inbound_recipient ON engine.sms_inbound (recipient_key, received_at);
