-- Mailings under way, with the people of whom nothing is known yet: no outcome that ends it, no doubt. A report as of an
-- earlier time does not change by what they still do.
SELECT m.drop_name, min(m.state) AS state, sum(m.frozen_count)::bigint AS frozen, sum(m.frozen_count - done.people)::bigint AS pending
FROM engine.mailing m
CROSS JOIN LATERAL (
    SELECT count(DISTINCT ended.ordinal) AS people
    FROM (SELECT o.ordinal FROM engine.send_outcome o WHERE o.mailing_id = m.mailing_id AND o.outcome NOT IN ('deferred', 'not_attempted')
          UNION ALL
          SELECT d.ordinal FROM engine.send_doubt d WHERE d.mailing_id = m.mailing_id) ended
) done
WHERE m.mailing_id = ANY (@mailings) AND m.state IN ('running', 'paused') AND NOT m.waits AND @as_of > now() - interval '1 minute'
GROUP BY m.drop_name
HAVING sum(m.frozen_count - done.people) > 0
ORDER BY min(m.mailing_id)
