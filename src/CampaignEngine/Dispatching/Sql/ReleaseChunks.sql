-- Gives back chunks of one mailing in which every granted item has an outcome or is in doubt; those whose sending hours have ended not before
-- these come again. With items still open a chunk stays owned and is taken over, with its doubts, when the lease runs out.
UPDATE engine.send_chunk c
SET owner = NULL, lease_until = NULL, closed_until = mine.closed_until,
    retry_at = least(c.retry_at, (SELECT min(r.not_before) FROM engine.send_retry r WHERE r.mailing_id = @mailing_id AND r.chunk_no = c.chunk_no))
FROM unnest(@chunks, @epochs, @closed) AS mine (chunk_no, epoch, closed_until)
WHERE c.mailing_id = @mailing_id AND c.chunk_no = ANY (@chunks) AND c.chunk_no = mine.chunk_no AND c.epoch = mine.epoch AND c.owner = @owner
  AND NOT EXISTS (
      SELECT n, g.attempt
      FROM engine.send_grant g
      CROSS JOIN LATERAL generate_series(lower(g.ordinals), upper(g.ordinals) - 1) AS n
      WHERE g.mailing_id = @mailing_id AND g.chunk_no = c.chunk_no
      EXCEPT
      SELECT o.ordinal, o.attempt FROM engine.send_outcome o
      WHERE o.mailing_id = @mailing_id AND o.ordinal BETWEEN c.first_ordinal AND c.last_ordinal
      EXCEPT
      SELECT d.ordinal, d.attempt FROM engine.send_doubt d
      WHERE d.mailing_id = @mailing_id AND d.ordinal BETWEEN c.first_ordinal AND c.last_ordinal)
