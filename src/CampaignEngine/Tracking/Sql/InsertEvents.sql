-- Writes a batch of events. A key that is already there is the same event handed in again; an item that is not there belongs to a mailing this
-- database never held (restored from before it was frozen), and an event about nobody is worth nothing.
-- Side effect: none but the rows. Returns the number inserted.
WITH arrived AS (
    SELECT * FROM unnest(@mailings::int[], @ordinals::int[], @kinds::text[], @links::smallint[], @times::timestamptz[], @machines::boolean[], @scores::smallint[], @signs::text[],
                         @agents::text[], @heads::boolean[], @prefetches::boolean[], @networks::cidr[], @keys::text[])
        AS a (mailing_id, ordinal, kind, link_no, at, machine, score, signs, user_agent, head, prefetch, network, event_key)
), written AS (
    INSERT INTO engine.event (mailing_id, ordinal, kind, link_no, at, machine, machine_score, machine_reason, request_score, request_signs, user_agent, head, prefetch, network, event_key)
    SELECT a.mailing_id, a.ordinal, a.kind, a.link_no, a.at, a.machine, a.score, a.signs, a.score, a.signs, a.user_agent, a.head, a.prefetch, a.network, a.event_key
    FROM arrived a
    WHERE EXISTS (SELECT FROM engine.mailing_item i WHERE i.mailing_id = a.mailing_id AND i.ordinal = a.ordinal)
    ON CONFLICT (event_key) DO NOTHING
    RETURNING 1
)
SELECT count(*)::int FROM written
