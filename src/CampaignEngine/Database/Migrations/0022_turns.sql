-- Which part of its group lies before a chunk: workers take chunks in this order, so that where a mailing is cut off each group (mailbox provider, zone,
-- country) has got about the same share. Chunks of older mailings keep their order by number.
ALTER TABLE engine.send_chunk ADD COLUMN turn real NOT NULL DEFAULT 0 CHECK (turn BETWEEN 0 AND 1);

-- As in migration 0014, with the turn.
CREATE OR REPLACE FUNCTION engine.freeze_items(mailing int, chunk_size int, OUT items int, OUT hash bytea) LANGUAGE plpgsql AS $$
DECLARE
    item_table text := 'mailing_item_' || mailing;
    outcome_table text := 'send_outcome_' || mailing;
BEGIN
    EXECUTE format('CREATE TABLE engine.%I (LIKE engine.mailing_item INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', item_table);
    EXECUTE format($f$
        INSERT INTO engine.%I (mailing_id, ordinal, customer_key, recipient_key, address, cell, not_before, seed)
        SELECT %s, row_number() OVER (ORDER BY not_before, zone, country, provider, recipient_key), customer_key, recipient_key, address, cell, not_before, seed
        FROM frozen ORDER BY not_before, zone, country, provider, recipient_key $f$, item_table, mailing);
    EXECUTE format('ALTER TABLE engine.%I ADD PRIMARY KEY (mailing_id, ordinal), ADD UNIQUE (mailing_id, recipient_key), ADD CHECK (mailing_id = %s)', item_table, mailing);
    EXECUTE format('CREATE INDEX ON engine.%I (customer_key)', item_table);
    EXECUTE format('ALTER TABLE engine.mailing_item ATTACH PARTITION engine.%I FOR VALUES IN (%s)', item_table, mailing);
    EXECUTE format('CREATE TABLE engine.%I PARTITION OF engine.send_outcome FOR VALUES IN (%s)', outcome_table, mailing);
    EXECUTE format('ANALYZE engine.%I', item_table);

    -- The items stand in the order of the groups, so each group is a run of ordinals that begins where the one before ended.
    INSERT INTO engine.send_chunk (mailing_id, chunk_no, first_ordinal, last_ordinal, next_ordinal, not_before, zone, country, provider, turn)
    SELECT mailing, row_number() OVER (ORDER BY start), start, least(start + chunk_size - 1, g.last), start, g.not_before, g.zone, g.country, g.provider,
           (start - (g.last - g.people + 1) + least(chunk_size, g.last - start + 1) / 2.0) / g.people
    FROM (SELECT f.not_before, f.zone, f.country, f.provider, count(*)::int AS people,
                 (sum(count(*)) OVER (ORDER BY f.not_before, f.zone, f.country, f.provider))::int AS last
          FROM frozen f GROUP BY f.not_before, f.zone, f.country, f.provider) g,
         LATERAL generate_series(g.last - g.people + 1, g.last, chunk_size) AS start;

    SELECT count(*), sha256(coalesce(string_agg(i.recipient_key, ''::bytea ORDER BY i.ordinal), ''::bytea))
    INTO items, hash
    FROM engine.mailing_item i WHERE i.mailing_id = mailing;
END $$;
