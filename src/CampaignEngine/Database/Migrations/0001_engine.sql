-- The engine's own tables: plans and lists, mailings and their ledger, suppression, events.
-- The send protocol they enforce is written down in docs/message-lifecycle.md.
CREATE EXTENSION IF NOT EXISTS btree_gist;   -- EXCLUDE (mailing_id =, ordinals &&)

-- One row: which installation this database belongs to. A copied or restored database is recognised by it.
CREATE TABLE engine.installation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    installation_id uuid NOT NULL,
    database_system_id bigint NOT NULL,              -- differs after a dump was restored elsewhere
    timeline int NOT NULL,                           -- differs after a standby was promoted or a backup was recovered
    adopted_at timestamptz NOT NULL DEFAULT now()
);

-- Small facts the engine remembers about itself (watermarks, versions).
CREATE TABLE engine.setting (
    name text PRIMARY KEY,
    value jsonb NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

----------------------------------------------------------------------------------------------------------------------
-- Plans and lists

-- A list: everybody of the universe with the one reason that decided. Its people live in a partition of list_person.
CREATE TABLE engine.list (
    list_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign text NOT NULL,
    universe bigint NOT NULL CHECK (universe >= 0),
    net bigint NOT NULL CHECK (net >= 0),            -- people left after every exclusion: to contact + control cell
    control bigint NOT NULL CHECK (control >= 0 AND control <= net),
    list_hash bytea NOT NULL,                        -- SHA-256 over the ordered (customer key, cell, recipient key) of the net list
    created_at timestamptz NOT NULL DEFAULT now()
);

-- reason: 'contact' and 'control' are the selected; everything else is an exclusion (see Deduplication/Reason.cs).
CREATE TABLE engine.list_person (
    list_id bigint NOT NULL,
    customer_key text COLLATE "C" NOT NULL,
    reason text COLLATE "C" NOT NULL,
    condition smallint,                              -- reason 'condition': its number, counted from 1 over where, then exclude
    duplicate_of text COLLATE "C",                   -- reason 'duplicate_*': the customer key that stayed
    address text,                                    -- contact point of the lead channel, normalised
    recipient_key bytea,                             -- keyed hash of that contact point
    cell text,
    time_zone text,                                  -- the person's own, where a drop is timed by it
    reach smallint NOT NULL DEFAULT 0                -- bit n: the n-th channel of the campaign has a usable, consented address
) PARTITION BY LIST (list_id);

CREATE TABLE engine.plan (
    plan_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign text NOT NULL,
    plan_hash text NOT NULL,                         -- 16 hex digits: definition, templates, list
    definition_hash text NOT NULL,
    definition_file text NOT NULL,
    definition_yaml text NOT NULL,                   -- the bytes that were planned: a launch runs exactly these
    templates jsonb NOT NULL,                        -- template path -> text, as planned
    list_id bigint REFERENCES engine.list,
    document jsonb NOT NULL,                         -- the printed plan: waterfall, drops, cost, samples
    created_at timestamptz NOT NULL DEFAULT now(),
    launched_at timestamptz,
    UNIQUE (campaign, plan_hash)
);

----------------------------------------------------------------------------------------------------------------------
-- Occurrences and mailings

CREATE TABLE engine.occurrence (
    occurrence_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign text NOT NULL,
    drop_name text NOT NULL,
    due_at timestamptz NOT NULL,
    plan_id bigint NOT NULL REFERENCES engine.plan,
    state text NOT NULL DEFAULT 'due' CHECK (state IN ('due', 'frozen', 'held', 'skipped', 'cancelled')),
    held_because text,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (campaign, drop_name, due_at),            -- exists at most once, however often a scheduler fires
    CHECK ((state = 'held') = (held_because IS NOT NULL))
);

CREATE TABLE engine.mailing (
    mailing_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occurrence_id bigint NOT NULL UNIQUE REFERENCES engine.occurrence,
    campaign text NOT NULL,
    drop_name text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'sms', 'print', 'call')),
    due_at timestamptz NOT NULL,
    expires_at timestamptz,
    state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled', 'completed')),
    list_id bigint REFERENCES engine.list,
    content_hash bytea NOT NULL,                     -- SHA-256 over subject and template texts
    list_hash bytea NOT NULL,                        -- SHA-256 over the ordered recipient keys
    frozen_count int NOT NULL CHECK (frozen_count >= 0),
    unit_cost numeric(12,4) NOT NULL DEFAULT 0,
    currency text,
    definition jsonb NOT NULL,                       -- what the dispatcher needs to build messages
    frozen_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    CHECK ((state = 'completed') = (completed_at IS NOT NULL))
);
CREATE INDEX mailing_campaign ON engine.mailing (campaign, drop_name);
CREATE INDEX mailing_content ON engine.mailing (content_hash);
CREATE INDEX mailing_open ON engine.mailing (due_at) WHERE state IN ('running', 'paused');

-- The frozen list. One partition a mailing, loaded sorted, indexed last: PRIMARY KEY (mailing_id, ordinal),
-- UNIQUE (mailing_id, recipient_key) and an index on customer_key stand on every partition.
CREATE TABLE engine.mailing_item (
    mailing_id int NOT NULL,
    ordinal int NOT NULL CHECK (ordinal >= 1),
    customer_key text COLLATE "C" NOT NULL,
    recipient_key bytea NOT NULL CHECK (octet_length(recipient_key) = 16),
    address text NOT NULL,
    cell text,
    not_before timestamptz NOT NULL,
    seed boolean NOT NULL DEFAULT false,             -- one of our own addresses: sent, never counted
    PRIMARY KEY (mailing_id, ordinal),
    UNIQUE (mailing_id, recipient_key)
) PARTITION BY LIST (mailing_id);
CREATE INDEX mailing_item_customer ON engine.mailing_item (customer_key);

-- People of the plan's list who are not in this mailing, with the reason (no address on this channel, only: not met, ...).
CREATE TABLE engine.mailing_excluded (
    mailing_id int NOT NULL REFERENCES engine.mailing,
    customer_key text COLLATE "C" NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (mailing_id, customer_key)
);

-- Who has been claimed once inside a scope (default: campaign/drop). A copied or repeated launch meets this key.
-- One partition a scope.
CREATE TABLE engine.contact_scope (
    scope_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scope text NOT NULL UNIQUE
);
CREATE TABLE engine.contact_once (
    scope_id int NOT NULL,
    recipient_key bytea NOT NULL,
    mailing_id int NOT NULL,
    PRIMARY KEY (scope_id, recipient_key)
) PARTITION BY LIST (scope_id);

----------------------------------------------------------------------------------------------------------------------
-- The send ledger

CREATE TABLE engine.send_chunk (
    mailing_id int NOT NULL REFERENCES engine.mailing,
    chunk_no int NOT NULL,
    first_ordinal int NOT NULL,
    last_ordinal int NOT NULL,
    next_ordinal int NOT NULL,                       -- cursor: everything below it has been granted once
    not_before timestamptz NOT NULL,                 -- the latest of its items
    epoch int NOT NULL DEFAULT 0,
    owner text,
    lease_until timestamptz,
    retry_at timestamptz,                            -- no later than the chunk's next retry; null while its owner looks after them
    PRIMARY KEY (mailing_id, chunk_no),
    UNIQUE (mailing_id, first_ordinal),
    CHECK (first_ordinal <= last_ordinal),
    CHECK (next_ordinal BETWEEN first_ordinal AND last_ordinal + 1),
    CHECK ((owner IS NULL) = (lease_until IS NULL))
);
CREATE INDEX send_chunk_open ON engine.send_chunk (not_before, mailing_id, chunk_no)
    WHERE next_ordinal <= last_ordinal OR owner IS NOT NULL OR retry_at IS NOT NULL;

-- The intent, durable before any terminator is written. No two grants of one attempt overlap.
CREATE TABLE engine.send_grant (
    grant_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mailing_id int NOT NULL,
    attempt smallint NOT NULL CHECK (attempt >= 1),
    ordinals int4range NOT NULL CHECK (NOT isempty(ordinals)),
    chunk_no int NOT NULL,
    epoch int NOT NULL,
    owner text NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    deadline timestamptz NOT NULL,
    FOREIGN KEY (mailing_id, chunk_no) REFERENCES engine.send_chunk,
    EXCLUDE USING gist (mailing_id WITH =, attempt WITH =, ordinals WITH &&)
);
CREATE INDEX send_grant_chunk ON engine.send_grant (mailing_id, chunk_no);

-- Facts, append-only, always accepted. One partition a mailing.
CREATE TABLE engine.send_outcome (
    mailing_id int NOT NULL,
    ordinal int NOT NULL,
    attempt smallint NOT NULL,
    outcome text COLLATE "C" NOT NULL CHECK (outcome IN ('accepted', 'deferred', 'rejected', 'not_attempted', 'skipped', 'expired', 'cancelled')),
    reason text,                                     -- skipped: suppressed, render_failed ...; else the reply, without the address
    reply_code smallint,
    at timestamptz NOT NULL,
    PRIMARY KEY (mailing_id, ordinal, attempt)
) PARTITION BY LIST (mailing_id);

-- Messages whose acceptance can be neither proved nor refuted. Never re-sent by themselves.
CREATE TABLE engine.send_doubt (
    mailing_id int NOT NULL,
    ordinal int NOT NULL,
    attempt smallint NOT NULL,
    since timestamptz NOT NULL DEFAULT now(),
    evidence text NOT NULL,                          -- what is known: 'connection lost after the terminator', 'worker lost' ...
    decision text CHECK (decision IN ('sent', 'not_sent', 'resend')),
    decided_at timestamptz,
    decided_by text,
    decided_because text,
    PRIMARY KEY (mailing_id, ordinal, attempt),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NULL) = (decided_by IS NULL))
);

-- Items to be tried again: deferred or not attempted, with the time of the next attempt.
CREATE TABLE engine.send_retry (
    mailing_id int NOT NULL,
    ordinal int NOT NULL,
    chunk_no int NOT NULL,
    attempt smallint NOT NULL CHECK (attempt >= 2),  -- the attempt that will be granted
    not_before timestamptz NOT NULL,
    PRIMARY KEY (mailing_id, ordinal),
    FOREIGN KEY (mailing_id, chunk_no) REFERENCES engine.send_chunk
);
CREATE INDEX send_retry_chunk ON engine.send_retry (mailing_id, chunk_no, not_before);

-- Do-not-contact entries: keyed hashes only, so they outlive the erasure of the person.
CREATE TABLE engine.suppression (
    recipient_key bytea NOT NULL CHECK (octet_length(recipient_key) = 16),
    channel text NOT NULL CHECK (channel IN ('email', 'sms', 'print', 'call')),
    scope text NOT NULL DEFAULT 'global',            -- 'global', 'brand:NAME', 'campaign:NAME'
    reason text NOT NULL,                            -- unsubscribed, hard_bounce, complaint, imported ...
    since timestamptz NOT NULL DEFAULT now(),
    source text NOT NULL,
    PRIMARY KEY (recipient_key, channel, scope)
);
CREATE INDEX suppression_since ON engine.suppression (since);

----------------------------------------------------------------------------------------------------------------------
-- What came back

CREATE TABLE engine.mailing_link (
    mailing_id int NOT NULL REFERENCES engine.mailing,
    link_no smallint NOT NULL CHECK (link_no >= 1),
    url text NOT NULL,
    PRIMARY KEY (mailing_id, link_no),
    UNIQUE (mailing_id, url)
);

-- Raw events, never deleted by a filter: machine activity is marked, not dropped.
CREATE TABLE engine.event (
    event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mailing_id int NOT NULL,
    ordinal int NOT NULL,
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('open', 'click', 'unsubscribe', 'bounce', 'complaint', 'reply', 'view_online')),
    link_no smallint,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    machine boolean NOT NULL DEFAULT false,
    machine_reason text,
    user_agent text,
    event_key text NOT NULL UNIQUE,                  -- idempotency: (item, kind, link, time bucket or foreign id)
    CHECK ((kind = 'click') = (link_no IS NOT NULL)),
    CHECK (machine = (machine_reason IS NOT NULL))
);
CREATE INDEX event_item ON engine.event (mailing_id, ordinal);
CREATE INDEX event_kind_at ON engine.event (kind, at);

-- Contact and response history in one shape, for conditions (contacted, responded, opened, clicked), caps and reports.
-- A message in doubt counts as a contact: the person may have it.
CREATE VIEW engine.contact_history AS
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
                  WHERE o.mailing_id = d.mailing_id AND o.ordinal = d.ordinal AND o.outcome = 'accepted');

CREATE VIEW engine.event_history AS
SELECT i.customer_key, m.campaign, m.drop_name, m.channel, i.cell, m.mailing_id, i.ordinal, e.kind, e.link_no, e.at, e.machine, i.seed
FROM engine.event e
JOIN engine.mailing_item i USING (mailing_id, ordinal)
JOIN engine.mailing m USING (mailing_id);

----------------------------------------------------------------------------------------------------------------------
-- Purchase summary per customer, the base of rfm.*: kept equal to a full rebuild by recomputing the customers marked dirty.

-- engine.purchase_summary itself is made by the program, with the key type of the mapped customer table.
CREATE TABLE engine.purchase_dirty (
    customer_key text COLLATE "C" NOT NULL           -- may repeat; emptied by the refresh; '*' asks for a full rebuild
);
-- Exact quintile thresholds (percentile_disc 0.2, 0.4, 0.6, 0.8) over the whole summary; recomputed whenever it changes.
CREATE TABLE engine.rfm_threshold (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    recency timestamptz[] NOT NULL,
    frequency int[] NOT NULL,
    monetary numeric[] NOT NULL,
    customers bigint NOT NULL,
    computed_at timestamptz NOT NULL DEFAULT now()
);
