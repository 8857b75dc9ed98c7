-- Further attempts of one chunk that is still mine: takes retries that are due, writes one grant for each run of neighbours.
-- A retry whose item has ended meanwhile (a late outcome of an earlier attempt) is dropped. Otherwise as GrantRanges.
WITH mailing AS (
    SELECT m.campaign, m.channel, m.definition ->> 'brand' AS brand
    FROM engine.mailing m
    WHERE m.mailing_id = @mailing_id AND m.state = 'running' AND (m.expires_at IS NULL OR m.expires_at > now())),
chunk AS (
    SELECT c.chunk_no, c.epoch
    FROM engine.send_chunk c, mailing
    WHERE c.mailing_id = @mailing_id AND c.chunk_no = @chunk_no AND c.epoch = @epoch AND c.owner = @owner
    FOR NO KEY UPDATE OF c),
taken AS (
    DELETE FROM engine.send_retry r
    USING chunk
    WHERE r.mailing_id = @mailing_id AND r.chunk_no = chunk.chunk_no
      AND r.ordinal IN (SELECT d.ordinal FROM engine.send_retry d
                        WHERE d.mailing_id = @mailing_id AND d.chunk_no = @chunk_no AND d.not_before <= now()
                        ORDER BY d.not_before, d.ordinal LIMIT @width)
    RETURNING r.ordinal, r.attempt),
open AS (
    SELECT t.ordinal, t.attempt FROM taken t
    WHERE NOT EXISTS (SELECT FROM engine.send_outcome o
                      WHERE o.mailing_id = @mailing_id AND o.ordinal = t.ordinal AND o.outcome NOT IN ('deferred', 'not_attempted'))),
runs AS (
    SELECT attempt, int4range(min(ordinal), max(ordinal) + 1) AS ordinals
    FROM (SELECT ordinal, attempt, ordinal - row_number() OVER (PARTITION BY attempt ORDER BY ordinal) AS island FROM open) AS numbered
    GROUP BY attempt, island),
granted AS (
    INSERT INTO engine.send_grant (mailing_id, attempt, ordinals, chunk_no, epoch, owner, deadline)
    SELECT @mailing_id, runs.attempt, runs.ordinals, chunk.chunk_no, chunk.epoch, @owner, clock_timestamp() + @lifetime
    FROM runs, chunk
    RETURNING grant_id, chunk_no, attempt, ordinals),
people AS (
    SELECT g.grant_id, g.chunk_no, g.attempt, i.ordinal, i.customer_key, i.recipient_key, i.address, i.cell, i.seed,
           (SELECT s.reason FROM engine.suppression s, mailing m
            WHERE s.recipient_key = i.recipient_key AND s.channel = m.channel
              AND s.scope IN ('global', 'brand:' || m.brand, 'campaign:' || m.campaign)
            LIMIT 1) AS suppressed
    FROM granted g
    JOIN engine.mailing_item i ON i.mailing_id = @mailing_id AND i.ordinal >= lower(g.ordinals) AND i.ordinal < upper(g.ordinals)),
skipped AS (
    INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, reason, at)
    SELECT @mailing_id, ordinal, attempt, 'skipped', 'suppressed: ' || suppressed, clock_timestamp()
    FROM people WHERE suppressed IS NOT NULL)
SELECT grant_id, chunk_no, attempt, ordinal, customer_key, recipient_key, address, cell, seed, suppressed IS NOT NULL AS skipped,
       (SELECT count(*)::int FROM engine.send_outcome o
        WHERE o.mailing_id = @mailing_id AND o.ordinal = people.ordinal AND o.outcome = 'not_attempted') AS cut_short
FROM people
ORDER BY ordinal
