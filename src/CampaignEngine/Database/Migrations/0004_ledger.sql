-- The send ledger defends its own rules: a program with a fault, or a hand at psql, cannot grant an item twice.

-- A grant is made by the chunk's present owner, below its cursor, for items that have no end yet; attempt n + 1 only after
-- attempt n provably did not deliver, or after an operator's decision about its doubt (a resend waits 15 minutes: longer than
-- the ten minutes a sender waits for the reply to its terminator).
CREATE FUNCTION engine.check_grant() RETURNS trigger LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c engine.send_chunk;
    from_ordinal int := lower(NEW.ordinals);
    to_ordinal int := upper(NEW.ordinals) - 1;
    bad int;
BEGIN
    SELECT * INTO c FROM engine.send_chunk WHERE mailing_id = NEW.mailing_id AND chunk_no = NEW.chunk_no FOR SHARE;
    IF c.epoch IS DISTINCT FROM NEW.epoch OR c.owner IS DISTINCT FROM NEW.owner THEN
        RAISE EXCEPTION 'grant refused: chunk % of mailing % is in epoch % of %, not in epoch % of %',
            NEW.chunk_no, NEW.mailing_id, c.epoch, coalesce(c.owner, 'nobody'), NEW.epoch, NEW.owner USING ERRCODE = 'check_violation';
    END IF;
    IF from_ordinal IS NULL OR to_ordinal IS NULL OR from_ordinal < c.first_ordinal OR to_ordinal >= c.next_ordinal THEN
        RAISE EXCEPTION 'grant refused: items % of mailing % are not below the cursor of chunk % (% to before %)',
            NEW.ordinals, NEW.mailing_id, NEW.chunk_no, c.first_ordinal, c.next_ordinal USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM engine.mailing WHERE mailing_id = NEW.mailing_id AND state = 'running') THEN
        RAISE EXCEPTION 'grant refused: mailing % is not running', NEW.mailing_id USING ERRCODE = 'check_violation';
    END IF;

    SELECT o.ordinal INTO bad FROM engine.send_outcome o
    WHERE o.mailing_id = NEW.mailing_id AND o.ordinal BETWEEN from_ordinal AND to_ordinal
      AND (o.attempt >= NEW.attempt OR o.outcome NOT IN ('deferred', 'not_attempted'))
    LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'grant refused: item % of mailing % has an end or a later attempt already', bad, NEW.mailing_id USING ERRCODE = 'check_violation';
    END IF;

    IF NEW.attempt > 1 THEN
        SELECT n INTO bad FROM generate_series(from_ordinal, to_ordinal) AS n
        WHERE NOT EXISTS (SELECT FROM engine.send_outcome o
                          WHERE o.mailing_id = NEW.mailing_id AND o.ordinal = n AND o.attempt = NEW.attempt - 1)
          AND NOT EXISTS (SELECT FROM engine.send_doubt d
                          WHERE d.mailing_id = NEW.mailing_id AND d.ordinal = n AND d.attempt = NEW.attempt - 1
                            AND (d.decision = 'not_sent' OR (d.decision = 'resend' AND d.since <= now() - interval '15 minutes')))
        LIMIT 1;
        IF bad IS NOT NULL THEN
            RAISE EXCEPTION 'grant refused: attempt % of item % of mailing % has not ended', NEW.attempt - 1, bad, NEW.mailing_id
                USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER send_grant_allowed BEFORE INSERT ON engine.send_grant FOR EACH ROW EXECUTE FUNCTION engine.check_grant();

-- Facts are not edited. They leave only together with a mailing that has ended (retention).
CREATE FUNCTION engine.keep_facts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM engine.mailing m WHERE m.mailing_id = OLD.mailing_id AND m.state IN ('running', 'paused')) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% of mailing % are facts and cannot be changed', TG_TABLE_NAME, OLD.mailing_id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER send_grant_kept BEFORE UPDATE OR DELETE ON engine.send_grant FOR EACH ROW EXECUTE FUNCTION engine.keep_facts();
CREATE TRIGGER send_outcome_kept BEFORE UPDATE OR DELETE ON engine.send_outcome FOR EACH ROW EXECUTE FUNCTION engine.keep_facts();

-- A doubt is decided once, and its evidence stays.
CREATE FUNCTION engine.keep_doubt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.decision IS NOT NULL OR (NEW.mailing_id, NEW.ordinal, NEW.attempt, NEW.since, NEW.evidence)
                                   IS DISTINCT FROM (OLD.mailing_id, OLD.ordinal, OLD.attempt, OLD.since, OLD.evidence) THEN
        RAISE EXCEPTION 'the doubt about item % of mailing % is a fact; only its decision can be added, once', OLD.ordinal, OLD.mailing_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER send_doubt_kept BEFORE UPDATE ON engine.send_doubt FOR EACH ROW EXECUTE FUNCTION engine.keep_doubt();
