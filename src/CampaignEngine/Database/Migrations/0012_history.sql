-- Campaigns of other systems: who was contacted, who was held out, who answered. They report like our own, and their contacts count for
-- conditions (contacted, responded) and caps. Fed by 'campaign import-history'.
CREATE TABLE engine.past_campaign (
    past_campaign_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign text NOT NULL UNIQUE CHECK (campaign ~ '^[a-z0-9]([a-z0-9-]*[a-z0-9])?$'),
    title text,
    kind text,                                       -- the source's own grouping, such as "Type A"
    channel text NOT NULL DEFAULT 'other' CHECK (channel IN ('email', 'sms', 'print', 'call', 'other')),
    starts_at timestamptz,                           -- when people were contacted, where no contact says so itself
    ends_at timestamptz,                             -- last moment at which a response counts
    window_days int CHECK (window_days > 0),         -- the same, counted from each contact; with both, the earlier end counts
    conversion text,                                 -- what a conversion is, for people
    budget numeric(14,2) CHECK (budget >= 0),
    currency text,
    source text,
    imported_at timestamptz NOT NULL DEFAULT now()
);

-- One contact, or one person held out. Without a customer number it is a person of its own.
CREATE TABLE engine.past_contact (
    past_contact_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    past_campaign_id bigint NOT NULL REFERENCES engine.past_campaign,
    contact_no text COLLATE "C" NOT NULL UNIQUE,     -- the source's own name of it: the same number is the same contact
    customer_no text COLLATE "C",                    -- the person as the source names it
    customer_key text COLLATE "C",                   -- that person in the customer database; null where unknown
    drop_name text NOT NULL DEFAULT '',
    channel text CHECK (channel IN ('email', 'sms', 'print', 'call', 'other')),   -- null: the campaign's
    cell text,
    control boolean NOT NULL DEFAULT false,          -- held out: measured, never contacted
    contacted_at timestamptz,                        -- null: when the campaign started
    cost numeric(12,4) NOT NULL DEFAULT 0
);
CREATE INDEX past_contact_campaign ON engine.past_contact (past_campaign_id);
CREATE INDEX past_contact_customer ON engine.past_contact (customer_key) WHERE customer_key IS NOT NULL;

-- One reaction to a contact. A conversion is a response too.
CREATE TABLE engine.past_response (
    past_response_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    past_contact_id bigint NOT NULL REFERENCES engine.past_contact,
    response_no text COLLATE "C" NOT NULL UNIQUE,    -- the source's own name of it
    at timestamptz,                                  -- null: inside the window, the source does not say when
    conversion boolean NOT NULL DEFAULT false,
    orders int NOT NULL DEFAULT 1 CHECK (orders >= 0),  -- of a conversion
    order_no text COLLATE "C",                       -- the order or redemption as the source names it: one that two campaigns claim counts once in their sum
    revenue numeric(14,2) NOT NULL DEFAULT 0
);
CREATE INDEX past_response_contact ON engine.past_response (past_contact_id);

-- Past contacts and responses count like our own. A response whose time is unknown stands at its contact.
CREATE OR REPLACE VIEW engine.contact_history AS
SELECT i.customer_key, m.campaign, m.drop_name, m.channel, i.cell, m.mailing_id, i.ordinal, o.at AS contacted_at, true AS certain, i.seed
FROM engine.send_outcome o
JOIN engine.mailing_item i USING (mailing_id, ordinal)
JOIN engine.mailing m USING (mailing_id)
WHERE o.outcome = 'accepted'
UNION ALL
SELECT i.customer_key, m.campaign, m.drop_name, m.channel, i.cell, m.mailing_id, i.ordinal, d.since, false, i.seed
FROM engine.send_doubt d
JOIN engine.mailing_item i USING (mailing_id, ordinal)
JOIN engine.mailing m USING (mailing_id)
WHERE d.decision IS DISTINCT FROM 'not_sent'
  AND NOT EXISTS (SELECT 1 FROM engine.send_outcome o
                  WHERE o.mailing_id = d.mailing_id AND o.ordinal = d.ordinal AND o.outcome = 'accepted')
UNION ALL
SELECT c.customer_key, p.campaign, c.drop_name, coalesce(c.channel, p.channel), c.cell, NULL::int, NULL::int, coalesce(c.contacted_at, p.starts_at), true, false
FROM engine.past_contact c
JOIN engine.past_campaign p USING (past_campaign_id)
WHERE c.customer_key IS NOT NULL AND NOT c.control;

CREATE OR REPLACE VIEW engine.event_history AS
SELECT i.customer_key, m.campaign, m.drop_name, m.channel, i.cell, m.mailing_id, i.ordinal, e.kind, e.link_no, e.at, e.machine, i.seed
FROM engine.event e
JOIN engine.mailing_item i USING (mailing_id, ordinal)
JOIN engine.mailing m USING (mailing_id)
UNION ALL
SELECT c.customer_key, p.campaign, c.drop_name, coalesce(c.channel, p.channel), c.cell, NULL::int, NULL::int, 'reply', NULL::smallint,
       coalesce(r.at, c.contacted_at, p.starts_at), false, false
FROM engine.past_response r
JOIN engine.past_contact c USING (past_contact_id)
JOIN engine.past_campaign p USING (past_campaign_id)
WHERE c.customer_key IS NOT NULL AND NOT c.control;
