-- Routes, senders, campaigns and mailbox providers that are slowed or paused by their rates of deferrals, rejections, blocks, bounces and complaints. One row a subject,
-- for all workers; docs/operating.md.
CREATE TABLE engine.brake (
    subject text PRIMARY KEY,                                    -- 'route:relay', 'sender:shop', 'campaign:spring-tea', 'provider:gmail'
    phase text NOT NULL DEFAULT 'open' CHECK (phase IN ('open', 'slowed', 'paused')),
    pace double precision NOT NULL DEFAULT 0 CHECK (pace >= 0),  -- answers a second before it was slowed or paused
    factor double precision NOT NULL DEFAULT 1 CHECK (factor > 0 AND factor <= 1),   -- share of the pace that is left
    because text,
    changed_at timestamptz NOT NULL DEFAULT '1970-01-01Z',       -- only answers after it decide about the next step
    lifted_at timestamptz NOT NULL DEFAULT '1970-01-01Z',        -- end of the last pause: only answers after it decide about the next pause
    paused_until timestamptz,
    looked_at timestamptz NOT NULL DEFAULT '1970-01-01Z',
    CHECK ((phase = 'open') = (because IS NULL)),
    CHECK (phase = 'paused' OR paused_until IS NULL)
);
-- Answers, in slots of a hundredth of the window they count in.
CREATE TABLE engine.brake_count (
    subject text NOT NULL,
    span interval NOT NULL,
    slot timestamptz NOT NULL,
    since timestamptz NOT NULL,                                  -- of the first answer in it
    accepted int NOT NULL CHECK (accepted >= 0),
    deferred int NOT NULL CHECK (deferred >= 0),
    rejected int NOT NULL CHECK (rejected >= 0),
    blocked int NOT NULL CHECK (blocked >= 0),                   -- of the deferred and rejected
    PRIMARY KEY (subject, span, slot)
);
-- What brakes did, and when an operator released them.
CREATE TABLE engine.brake_change (
    change_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    phase text NOT NULL,
    factor double precision NOT NULL,
    because text,
    by_operator boolean NOT NULL DEFAULT false
);
