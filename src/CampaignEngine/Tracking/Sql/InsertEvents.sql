-- Writes a batch of events. A key that is already there is the same event handed in again; an item that is not there belongs to a mailing this
-- database never held (restored from before it was frozen), and an event about nobody is worth nothing.
-- Side effect: none but the rows. Returns the number inserted.
WITH arrived AS (
    SELECT * FROM unnest(@mailings::int[], @ordinals::int[], @kinds::text[], @links::smallint[], @times::timestamptz[], @reasons::text[], @agents::text[], @keys::text[])
        AS a (mailing_id, ordinal, kind, link_no, at, machine_reason, user_agent, event_key)
), written AS (
    INSERT INTO engine.event (mailing_id, ordinal, kind, link_no, at, machine, machine_reason, user_agent, event_key)
    SELECT a.mailing_id, a.ordinal, a.kind, a.link_no, a.at, a.machine_reason IS NOT NULL, a.machine_reason, a.user_agent, a.event_key
    FROM arrived a
    WHERE EXISTS (SELECT FROM engine.mailing_item i WHERE i.mailing_id = a.mailing_id AND i.ordinal = a.ordinal)
    ON CONFLICT (event_key) DO NOTHING
    RETURNING 1
)
SELECT count(*)::int FROM written
