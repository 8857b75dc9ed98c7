-- What a report asks of every event lies in the index by item: its events come in the items' order, without sorting, hashing or reading the table.
CREATE INDEX event_by_item ON engine.event (mailing_id, ordinal) INCLUDE (kind, machine, at, recorded_at, event_id, link_no);
DROP INDEX engine.event_item;

-- As before; but the few events that were judged again are looked up in a hash instead of joined, which would lose the order of the index.
CREATE OR REPLACE FUNCTION engine.event_as_of(moment timestamptz)
RETURNS TABLE (event_id bigint, mailing_id int, ordinal int, kind text, link_no smallint, at timestamptz, machine boolean) LANGUAGE sql STABLE AS $$
    SELECT e.event_id, e.mailing_id, e.ordinal, e.kind, e.link_no, e.at,
           CASE WHEN e.event_id IN (SELECT c.event_id FROM engine.machine_change c WHERE c.at > moment)
                THEN (SELECT c.was_machine FROM engine.machine_change c WHERE c.event_id = e.event_id AND c.at > moment ORDER BY c.at LIMIT 1)
                ELSE e.machine END
    FROM engine.event e
    WHERE e.at <= moment AND e.recorded_at <= moment
$$;
