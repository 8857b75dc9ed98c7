-- Freezing a list: partitions are loaded sorted and without indexes, indexed, then attached (three times as fast as
-- loading into live unique indexes). The functions work on the session's temporary table "frozen"
-- (customer_key, recipient_key, address, cell, not_before, seed) and run inside the caller's transaction.

-- Makes the partition of a new list. Its index follows the load: engine.index_list.
CREATE FUNCTION engine.add_list(list_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE engine.%I PARTITION OF engine.list_person FOR VALUES IN (%s)', 'list_person_' || list_id, list_id);
END $$;

CREATE FUNCTION engine.index_list(list_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE engine.%I ADD PRIMARY KEY (customer_key)', 'list_person_' || list_id);
    EXECUTE format('ANALYZE engine.%I', 'list_person_' || list_id);
END $$;

-- A list that no launched plan uses may go; its plan row keeps the counts.
CREATE FUNCTION engine.drop_list(list_id bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS engine.%I', 'list_person_' || list_id);
END $$;

-- Claims every frozen recipient once inside the scope. Those already claimed by another mailing leave "frozen" and are
-- written to mailing_excluded. The scope's row is locked to the end of the transaction, so two freezes cannot interleave.
CREATE FUNCTION engine.claim_once(scope_name text, mailing int) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    scope_no int;
    partition text;
    barred bigint;
BEGIN
    INSERT INTO engine.contact_scope (scope) VALUES (scope_name) ON CONFLICT (scope) DO NOTHING;
    SELECT scope_id INTO scope_no FROM engine.contact_scope WHERE scope = scope_name FOR UPDATE;
    partition := 'contact_once_' || scope_no;

    IF to_regclass('engine.' || partition) IS NULL THEN
        EXECUTE format('CREATE TABLE engine.%I (LIKE engine.contact_once INCLUDING DEFAULTS)', partition);
        EXECUTE format('INSERT INTO engine.%I SELECT %s, recipient_key, %s FROM frozen ORDER BY recipient_key', partition, scope_no, mailing);
        EXECUTE format('ALTER TABLE engine.%I ADD PRIMARY KEY (scope_id, recipient_key), ADD CHECK (scope_id = %s)', partition, scope_no);
        EXECUTE format('ALTER TABLE engine.contact_once ATTACH PARTITION engine.%I FOR VALUES IN (%s)', partition, scope_no);
        RETURN 0;
    END IF;

    WITH gone AS (
        DELETE FROM frozen f USING engine.contact_once c
        WHERE c.scope_id = scope_no AND c.recipient_key = f.recipient_key
        RETURNING f.customer_key)
    INSERT INTO engine.mailing_excluded SELECT mailing, customer_key, 'already_contacted' FROM gone;
    GET DIAGNOSTICS barred = ROW_COUNT;
    INSERT INTO engine.contact_once SELECT scope_no, recipient_key, mailing FROM frozen ORDER BY recipient_key;
    RETURN barred;
END $$;

-- Numbers the frozen people by (not_before, recipient_key), stores them as the mailing's items, cuts them into chunks of one
-- not_before each, and makes the partition of its outcomes. Returns count and SHA-256 over the ordered recipient keys.
CREATE FUNCTION engine.freeze_items(mailing int, chunk_size int, OUT items int, OUT hash bytea) LANGUAGE plpgsql AS $$
DECLARE
    item_table text := 'mailing_item_' || mailing;
    outcome_table text := 'send_outcome_' || mailing;
BEGIN
    EXECUTE format('CREATE TABLE engine.%I (LIKE engine.mailing_item INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', item_table);
    EXECUTE format($f$
        INSERT INTO engine.%I (mailing_id, ordinal, customer_key, recipient_key, address, cell, not_before, seed)
        SELECT %s, row_number() OVER (ORDER BY not_before, recipient_key), customer_key, recipient_key, address, cell, not_before, seed
        FROM frozen ORDER BY not_before, recipient_key $f$, item_table, mailing);
    EXECUTE format('ALTER TABLE engine.%I ADD PRIMARY KEY (mailing_id, ordinal), ADD UNIQUE (mailing_id, recipient_key), ADD CHECK (mailing_id = %s)', item_table, mailing);
    EXECUTE format('CREATE INDEX ON engine.%I (customer_key)', item_table);
    EXECUTE format('ALTER TABLE engine.mailing_item ATTACH PARTITION engine.%I FOR VALUES IN (%s)', item_table, mailing);
    EXECUTE format('CREATE TABLE engine.%I PARTITION OF engine.send_outcome FOR VALUES IN (%s)', outcome_table, mailing);
    EXECUTE format('ANALYZE engine.%I', item_table);

    INSERT INTO engine.send_chunk (mailing_id, chunk_no, first_ordinal, last_ordinal, next_ordinal, not_before)
    SELECT mailing, row_number() OVER (ORDER BY start), start, least(start + chunk_size - 1, g.last), start, g.not_before
    FROM (SELECT i.not_before, min(i.ordinal) AS first, max(i.ordinal) AS last
          FROM engine.mailing_item i WHERE i.mailing_id = mailing GROUP BY i.not_before) g,
         LATERAL generate_series(g.first, g.last, chunk_size) AS start;

    SELECT count(*), sha256(coalesce(string_agg(i.recipient_key, ''::bytea ORDER BY i.ordinal), ''::bytea))
    INTO items, hash
    FROM engine.mailing_item i WHERE i.mailing_id = mailing;
END $$;
