-- Events are judged by score under rules with a version, can be judged again, and what was believed before is kept for reports as of then.

ALTER TABLE engine.event
    ADD COLUMN head boolean NOT NULL DEFAULT false,              -- the request was HEAD
    ADD COLUMN prefetch boolean NOT NULL DEFAULT false,          -- it said of itself that it fetches in advance
    ADD COLUMN network cidr,                                     -- the /24 or /48 it came from; the whole address is not kept
    ADD COLUMN request_score smallint NOT NULL DEFAULT 0,        -- signs of the request alone
    ADD COLUMN request_signs text,
    ADD COLUMN machine_score smallint NOT NULL DEFAULT 0;        -- with the signs that only the whole message shows

-- A sign is stored with an event that still counts as a person's, too: machine_reason has all signs, whether or not they suffice.
ALTER TABLE engine.event DROP CONSTRAINT event_check1;
ALTER TABLE engine.event ADD CONSTRAINT event_machine_reason CHECK (NOT machine OR machine_reason IS NOT NULL);

UPDATE engine.event
SET machine_score = 100,
    head = machine_reason = 'HEAD request',
    prefetch = machine_reason = 'prefetch',
    request_score = CASE WHEN machine_reason LIKE 'within %' OR machine_reason LIKE 'all %' THEN 0 ELSE 100 END,
    request_signs = CASE WHEN machine_reason LIKE 'within %' OR machine_reason LIKE 'all %' THEN NULL ELSE machine_reason END
WHERE machine;

-- The rules as they were used; a version stands for one text.
CREATE TABLE engine.machine_rules (
    version int PRIMARY KEY CHECK (version >= 1),
    rules text NOT NULL,
    first_used_at timestamptz NOT NULL
);

-- Changes of mind: what was believed of an event until then. Nothing here: the event has always been judged as it is now.
CREATE TABLE engine.machine_change (
    event_id bigint NOT NULL REFERENCES engine.event,
    at timestamptz NOT NULL,
    was_machine boolean NOT NULL,
    was_reason text,
    version int NOT NULL REFERENCES engine.machine_rules,        -- the rules that changed it
    PRIMARY KEY (event_id, at)
);
CREATE INDEX machine_change_at ON engine.machine_change (at);

-- The events that were known at a moment, each taken for what it was taken for then. Written so that the planner reads it like a view.
CREATE FUNCTION engine.event_as_of(moment timestamptz)
RETURNS TABLE (event_id bigint, mailing_id int, ordinal int, kind text, link_no smallint, at timestamptz, machine boolean) LANGUAGE sql STABLE AS $$
    SELECT e.event_id, e.mailing_id, e.ordinal, e.kind, e.link_no, e.at, coalesce(c.was_machine, e.machine)
    FROM engine.event e
    LEFT JOIN (SELECT DISTINCT ON (event_id) event_id, was_machine FROM engine.machine_change WHERE at > moment ORDER BY event_id, at) c USING (event_id)
    WHERE e.at <= moment AND e.recorded_at <= moment
$$;
