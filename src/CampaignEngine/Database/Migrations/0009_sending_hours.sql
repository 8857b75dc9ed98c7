-- Hours in which a mailing's messages may leave, by the clock of the person who gets them. A chunk holds people of one zone, and waits while it is closed.
ALTER TABLE engine.mailing ADD COLUMN hours jsonb;               -- Scheduling/SendingHours.cs; null: any time
ALTER TABLE engine.send_chunk
    ADD COLUMN zone text,                                        -- IANA zone of its people; null: the engine's
    ADD COLUMN closed_until timestamptz;                         -- nobody takes it before; set when its hours ended

-- As in migration 0003, with the zone: "frozen" has the column zone now.
CREATE OR REPLACE FUNCTION engine.freeze_items(mailing int, chunk_size int, OUT items int, OUT hash bytea) LANGUAGE plpgsql AS $$
DECLARE
    item_table text := 'mailing_item_' || mailing;
    outcome_table text := 'send_outcome_' || mailing;
BEGIN
    EXECUTE format('CREATE TABLE engine.%I (LIKE engine.mailing_item INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', item_table);
    EXECUTE format($f$
        INSERT INTO engine.%I (mailing_id, ordinal, customer_key, recipient_key, address, cell, not_before, seed)
        SELECT %s, row_number() OVER (ORDER BY not_before, zone, recipient_key), customer_key, recipient_key, address, cell, not_before, seed
        FROM frozen ORDER BY not_before, zone, recipient_key $f$, item_table, mailing);
    EXECUTE format('ALTER TABLE engine.%I ADD PRIMARY KEY (mailing_id, ordinal), ADD UNIQUE (mailing_id, recipient_key), ADD CHECK (mailing_id = %s)', item_table, mailing);
    EXECUTE format('CREATE INDEX ON engine.%I (customer_key)', item_table);
    EXECUTE format('ALTER TABLE engine.mailing_item ATTACH PARTITION engine.%I FOR VALUES IN (%s)', item_table, mailing);
    EXECUTE format('CREATE TABLE engine.%I PARTITION OF engine.send_outcome FOR VALUES IN (%s)', outcome_table, mailing);
    EXECUTE format('ANALYZE engine.%I', item_table);

    -- The items stand in the order of (not_before, zone), so each group is a run of ordinals that begins where the one before ended.
    INSERT INTO engine.send_chunk (mailing_id, chunk_no, first_ordinal, last_ordinal, next_ordinal, not_before, zone)
    SELECT mailing, row_number() OVER (ORDER BY start), start, least(start + chunk_size - 1, g.last), start, g.not_before, g.zone
    FROM (SELECT f.not_before, f.zone, count(*)::int AS people, (sum(count(*)) OVER (ORDER BY f.not_before, f.zone))::int AS last
          FROM frozen f GROUP BY f.not_before, f.zone) g,
         LATERAL generate_series(g.last - g.people + 1, g.last, chunk_size) AS start;

    SELECT count(*), sha256(coalesce(string_agg(i.recipient_key, ''::bytea ORDER BY i.ordinal), ''::bytea))
    INTO items, hash
    FROM engine.mailing_item i WHERE i.mailing_id = mailing;
END $$;
