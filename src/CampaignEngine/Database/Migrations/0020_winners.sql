-- A test of cells on a part of the list: the remainder is frozen with everybody else and waits until it is decided which cell it gets.
ALTER TABLE engine.occurrence ADD COLUMN test_part text CHECK (test_part IN ('test', 'remainder'));   -- null: the campaign tests nothing first
ALTER TABLE engine.mailing ADD COLUMN waits boolean NOT NULL DEFAULT false;                           -- a remainder whose cell is not decided: nothing leaves

-- What was decided about a remainder, once. 'asked': a person decides, who may then change it to one of the others.
CREATE TABLE engine.winner (
    occurrence_id bigint PRIMARY KEY REFERENCES engine.occurrence,   -- the due time of the remainder
    campaign text NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('won', 'first', 'chosen', 'control', 'asked')),
    cell text,                                                       -- what the remainder gets; null: nothing (yet)
    because text NOT NULL,
    figures jsonb NOT NULL,                                          -- of the tested cells, at that moment
    decided_at timestamptz NOT NULL,
    decided_by text,                                                 -- null: the campaign's own rule
    CHECK ((cell IS NOT NULL) = (outcome IN ('won', 'first', 'chosen')))
);

CREATE FUNCTION engine.keep_winner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome <> 'asked' THEN
        RAISE EXCEPTION 'what was decided about the remainder of % is a fact and cannot be changed', OLD.campaign USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER winner_kept BEFORE UPDATE OR DELETE ON engine.winner FOR EACH ROW EXECUTE FUNCTION engine.keep_winner();

-- As in migration 0004; a mailing that waits grants nothing either.
CREATE OR REPLACE FUNCTION engine.check_grant() RETURNS trigger LANGUAGE plpgsql SET plan_cache_mode = force_custom_plan AS $$
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
    IF NOT EXISTS (SELECT FROM engine.mailing WHERE mailing_id = NEW.mailing_id AND state = 'running' AND NOT waits) THEN
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
