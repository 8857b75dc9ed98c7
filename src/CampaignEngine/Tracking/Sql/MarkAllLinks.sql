-- Whoever follows every link of a message within seconds is a scanner. Two links within two seconds, three and more within five: a person may well
-- open both links of a short message one after the other. Every click of such a burst is marked, and only of items that clicked in the slice.
-- Side effect: marks clicks.
WITH lately AS (
    SELECT DISTINCT mailing_id, ordinal FROM engine.event WHERE event_id > @after AND event_id <= @upto AND kind = 'click'
), linked AS (
    SELECT mailing_id, count(*) AS links, CASE WHEN count(*) = 2 THEN interval '2 seconds' ELSE interval '5 seconds' END AS span
    FROM engine.mailing_link
    WHERE mailing_id IN (SELECT mailing_id FROM lately)
    GROUP BY mailing_id
    HAVING count(*) >= 2
), burst AS (
    -- For every click of such an item: how many different links it and the clicks of the following seconds cover.
    SELECT c.mailing_id, c.ordinal, c.at, k.span, k.links
    FROM lately
    JOIN linked k USING (mailing_id)
    JOIN engine.event c ON c.mailing_id = lately.mailing_id AND c.ordinal = lately.ordinal AND c.kind = 'click'
    JOIN engine.event d ON d.mailing_id = c.mailing_id AND d.ordinal = c.ordinal AND d.kind = 'click' AND d.at >= c.at AND d.at <= c.at + k.span
    GROUP BY c.mailing_id, c.ordinal, c.event_id, c.at, k.span, k.links
    HAVING count(DISTINCT d.link_no) >= k.links
)
UPDATE engine.event e
SET machine = true, machine_reason = 'all ' || b.links || ' links within ' || extract(epoch FROM b.span)::int || ' s'
FROM burst b
WHERE e.mailing_id = b.mailing_id AND e.ordinal = b.ordinal AND e.kind = 'click' AND NOT e.machine
  AND e.at >= b.at AND e.at <= b.at + b.span
