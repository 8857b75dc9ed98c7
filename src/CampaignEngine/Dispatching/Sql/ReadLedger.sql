-- The balance of one mailing, counted from the facts and not as a remainder: ends by item (a late acceptance wins over anything
-- else), open doubts, and what is still to come by its three places: behind the cursors, waiting for another attempt, in a worker's hands.
WITH ends AS MATERIALIZED (
    SELECT ordinal,
           min(CASE outcome WHEN 'accepted' THEN 1 WHEN 'rejected' THEN 2 WHEN 'skipped' THEN 3 WHEN 'expired' THEN 4 ELSE 5 END) AS kind
    FROM engine.send_outcome
    WHERE mailing_id = @mailing_id AND outcome NOT IN ('deferred', 'not_attempted')
    GROUP BY ordinal),
doubts AS MATERIALIZED (
    SELECT d.ordinal, bool_or(d.decision = 'sent') AS sent, bool_or(d.decision IS NULL) AS open
    FROM engine.send_doubt d
    WHERE d.mailing_id = @mailing_id
      AND NOT EXISTS (SELECT FROM engine.send_outcome o
                      WHERE o.mailing_id = @mailing_id AND o.ordinal = d.ordinal
                        AND (o.attempt = d.attempt OR o.outcome NOT IN ('deferred', 'not_attempted')))
    GROUP BY d.ordinal),
in_hand AS (
    SELECT DISTINCT ordinal FROM (
        SELECT n AS ordinal, g.attempt
        FROM engine.send_grant g
        CROSS JOIN LATERAL generate_series(lower(g.ordinals), upper(g.ordinals) - 1) AS n
        WHERE g.mailing_id = @mailing_id
        EXCEPT SELECT ordinal, attempt FROM engine.send_outcome WHERE mailing_id = @mailing_id
        EXCEPT SELECT ordinal, attempt FROM engine.send_doubt WHERE mailing_id = @mailing_id) AS open
    EXCEPT SELECT ordinal FROM ends),
counted AS (
    SELECT count(*) FILTER (WHERE kind = 1) AS accepted, count(*) FILTER (WHERE kind = 2) AS rejected, count(*) FILTER (WHERE kind = 3) AS skipped,
           count(*) FILTER (WHERE kind = 4) AS expired, count(*) FILTER (WHERE kind = 5) AS cancelled
    FROM ends)
SELECT m.mailing_id, m.campaign, m.drop_name AS drop, m.channel, CASE WHEN m.waits AND m.state = 'running' THEN 'waiting' ELSE m.state END AS state, m.due_at, m.expires_at, m.completed_at, m.frozen_count::bigint AS frozen,
       counted.accepted + (SELECT count(*) FILTER (WHERE sent AND NOT open) FROM doubts) AS accepted,
       counted.rejected, counted.expired, counted.skipped, counted.cancelled,
       (SELECT count(*) FILTER (WHERE open) FROM doubts) AS in_doubt,
       (SELECT coalesce(sum(c.last_ordinal - c.next_ordinal + 1), 0)::bigint FROM engine.send_chunk c WHERE c.mailing_id = m.mailing_id) AS ungranted,
       (SELECT count(*) FROM (SELECT ordinal FROM engine.send_retry WHERE mailing_id = @mailing_id EXCEPT SELECT ordinal FROM ends) AS open) AS waiting,
       (SELECT count(*) FROM in_hand) AS in_hand,
       (SELECT count(DISTINCT ordinal) FROM engine.send_outcome o WHERE o.mailing_id = @mailing_id AND o.outcome = 'deferred') AS deferred,
       (SELECT bucket FROM engine.limit_binding b WHERE b.mailing_id = @mailing_id AND b.at > now() - interval '1 minute' AND m.state = 'running') AS limited_by,
       (SELECT count(*) FROM engine.possible_duplicate p WHERE p.mailing_id = @mailing_id) AS possible_duplicates,
       (SELECT count(*) FROM engine.send_outcome o
        WHERE o.mailing_id = @mailing_id AND o.outcome = 'accepted' AND o.at > now() - interval '10 seconds') AS accepted_lately
FROM engine.mailing m, counted
WHERE m.mailing_id = @mailing_id
