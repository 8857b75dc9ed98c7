-- First attempts: moves the cursors of chunks that are still mine and where I saw them, writes the grants, gives back the
-- people. Who was suppressed since the freeze gets the outcome 'skipped' in the same transaction.
WITH mailing AS (
    SELECT m.campaign, m.channel, m.definition ->> 'brand' AS brand
    FROM engine.mailing m
    WHERE m.mailing_id = @mailing_id AND m.state = 'running' AND (m.expires_at IS NULL OR m.expires_at > now())),
moved AS (
    UPDATE engine.send_chunk c
    SET next_ordinal = least(ask.seen + ask.width, c.last_ordinal + 1)
    FROM mailing, unnest(@chunks, @epochs, @seen, @widths) AS ask (chunk_no, epoch, seen, width)
    WHERE c.mailing_id = @mailing_id AND c.chunk_no = ANY (@chunks) AND c.chunk_no = ask.chunk_no AND c.epoch = ask.epoch AND c.owner = @owner
      AND c.next_ordinal = ask.seen AND c.next_ordinal <= c.last_ordinal
    RETURNING c.chunk_no, c.epoch, ask.seen AS first, c.next_ordinal AS past),
granted AS (
    INSERT INTO engine.send_grant (mailing_id, attempt, ordinals, chunk_no, epoch, owner, deadline)
    SELECT @mailing_id, 1, int4range(first, past), chunk_no, epoch, @owner, clock_timestamp() + @lifetime
    FROM moved
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
SELECT grant_id, chunk_no, attempt, ordinal, customer_key, recipient_key, address, cell, seed, suppressed IS NOT NULL AS skipped, 0 AS cut_short
FROM people
ORDER BY ordinal
