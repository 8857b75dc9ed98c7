-- What an operator's alarms watch, for the whole database: open doubts, mailings in flight, people without an attempt, attempts to come, late due times.
SELECT (SELECT count(*)
        FROM engine.send_doubt d
        WHERE d.decision IS NULL
          AND NOT EXISTS (SELECT FROM engine.send_outcome o
                          WHERE o.mailing_id = d.mailing_id AND o.ordinal = d.ordinal
                            AND (o.attempt = d.attempt OR o.outcome NOT IN ('deferred', 'not_attempted')))) AS open_doubts,
       (SELECT count(*) FROM engine.mailing WHERE state = 'running') AS running,
       (SELECT count(*) FROM engine.mailing WHERE state = 'paused') AS paused,
       (SELECT coalesce(sum(c.last_ordinal - c.next_ordinal + 1), 0)::bigint
        FROM engine.send_chunk c JOIN engine.mailing m USING (mailing_id)
        WHERE c.next_ordinal <= c.last_ordinal AND m.state IN ('running', 'paused')) AS ungranted,
       (SELECT count(*) FROM engine.send_retry) AS waiting,
       (SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0)::double precision
        FROM engine.occurrence WHERE state = 'due' AND due_at <= now()) AS overdue
