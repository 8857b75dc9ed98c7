-- Sending limits, shared by all workers. What is used is kept by the last instant at which it can be sent, so that whoever asks later sees it as long
-- as it can fall into a window with what he gets: no window of a limit's length ever holds more than the limit.
CREATE TABLE engine.limit_bucket (
    bucket text PRIMARY KEY                                      -- 'route:relay 1 second': what is limited, and in which window
);
CREATE TABLE engine.limit_use (
    bucket text NOT NULL REFERENCES engine.limit_bucket,
    until timestamptz NOT NULL,                                  -- rounded up to a hundredth of the window
    amount int NOT NULL CHECK (amount > 0),
    PRIMARY KEY (bucket, until)
);
-- Which limit kept a mailing from getting all it wanted, and when last.
CREATE TABLE engine.limit_binding (
    mailing_id int PRIMARY KEY REFERENCES engine.mailing,
    bucket text NOT NULL,
    at timestamptz NOT NULL
);

-- Takes up to "wanted" from all buckets at once; returns how much. What is taken and not sent is lost: a limit is kept, not exhausted.
CREATE FUNCTION engine.take_limits(mailing int, buckets text[], mosts int[], windows interval[], wanted int, lifetime interval) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    got int := wanted;
    used bigint;
    moment timestamptz;
    slot interval;
    binding text;
BEGIN
    INSERT INTO engine.limit_bucket (bucket) SELECT unnest(buckets) ON CONFLICT DO NOTHING;
    -- One after the other, in one order, to the end of the transaction.
    PERFORM FROM engine.limit_bucket b WHERE b.bucket = ANY (buckets) ORDER BY b.bucket FOR UPDATE;
    moment := clock_timestamp();
    FOR i IN 1 .. cardinality(buckets) LOOP
        DELETE FROM engine.limit_use u WHERE u.bucket = buckets[i] AND u.until < moment - windows[i];
        SELECT coalesce(sum(amount), 0) INTO used FROM engine.limit_use u WHERE u.bucket = buckets[i];
        IF mosts[i] - used < got THEN
            got := greatest(mosts[i] - used, 0);
            binding := buckets[i];
        END IF;
    END LOOP;

    IF binding IS NOT NULL THEN
        INSERT INTO engine.limit_binding (mailing_id, bucket, at) VALUES (mailing, binding, moment)
        ON CONFLICT (mailing_id) DO UPDATE SET bucket = excluded.bucket, at = excluded.at;
    END IF;

    IF got > 0 THEN
        FOR i IN 1 .. cardinality(buckets) LOOP
            slot := windows[i] / 100;
            INSERT INTO engine.limit_use (bucket, until, amount)
            VALUES (buckets[i], date_bin(slot, moment + lifetime, 'epoch') + slot, got)
            ON CONFLICT (bucket, until) DO UPDATE SET amount = engine.limit_use.amount + excluded.amount;
        END LOOP;
    END IF;

    RETURN got;
END $$;
