-- A lost worker's attempts without an outcome: all of the chunks that were just taken from it, and in whatever other chunk its flight recorder
-- names an item. Only its own grants: a recorder says nothing about anybody else's. The time is the database's, for ends that have none.
WITH chunks AS (
    SELECT * FROM unnest(@mailings, @chunks) AS fenced (mailing_id, chunk_no)
    UNION
    SELECT c.mailing_id, c.chunk_no
    FROM unnest(@item_mailings, @items) AS named (mailing_id, ordinal)
    JOIN engine.send_chunk c ON c.mailing_id = named.mailing_id AND named.ordinal BETWEEN c.first_ordinal AND c.last_ordinal)
SELECT g.mailing_id, g.chunk_no, i.ordinal, g.attempt, i.recipient_key,
       EXISTS (SELECT FROM engine.send_doubt d WHERE d.mailing_id = g.mailing_id AND d.ordinal = i.ordinal AND d.attempt = g.attempt) AS doubted, now(),
       (SELECT count(*)::int FROM engine.send_outcome o
        WHERE o.mailing_id = g.mailing_id AND o.ordinal = i.ordinal AND o.outcome = 'not_attempted') AS cut_short
FROM engine.send_grant g
JOIN chunks USING (mailing_id, chunk_no)
JOIN engine.mailing_item i ON i.mailing_id = g.mailing_id AND i.ordinal >= lower(g.ordinals) AND i.ordinal < upper(g.ordinals)
WHERE g.owner = @owner
  AND NOT EXISTS (SELECT FROM engine.send_outcome o WHERE o.mailing_id = g.mailing_id AND o.ordinal = i.ordinal AND o.attempt = g.attempt)
ORDER BY g.mailing_id, i.ordinal
