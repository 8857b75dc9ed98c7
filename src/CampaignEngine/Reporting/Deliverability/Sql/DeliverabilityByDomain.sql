-- What became of e-mails by the domain of their address: each message once in each column. Seeds are out; opens and clicks are people's; bounces and complaints are
-- proven ones, as known at the moment asked for.
WITH sent AS (
    SELECT m.mailing_id FROM engine.mailing m
    WHERE m.channel = 'email' AND (m.campaign = @campaign OR (@campaign IS NULL AND m.due_at > @since)) AND m.due_at <= @as_of
), told AS (
    SELECT o.mailing_id, o.ordinal, bool_or(o.outcome = 'accepted') AS accepted, bool_or(o.outcome = 'deferred') AS deferred, bool_or(o.outcome = 'rejected') AS rejected
    FROM engine.send_outcome o
    WHERE o.mailing_id IN (SELECT mailing_id FROM sent) AND o.at <= @as_of
    GROUP BY o.mailing_id, o.ordinal
), back AS (
    SELECT b.mailing_id, b.ordinal, bool_or(b.hard) AS hard, bool_or(b.class_group IN ('block', 'spam', 'policy', 'auth')) AS refused
    FROM engine.bounce b
    WHERE b.mailing_id IN (SELECT mailing_id FROM sent) AND b.proof IS NOT NULL AND b.recorded_at <= @as_of
      AND b.class_group NOT IN ('vacation', 'delivered', 'complaint', 'other') AND b.action IS DISTINCT FROM 'delayed'
    GROUP BY b.mailing_id, b.ordinal
), angry AS (
    SELECT DISTINCT b.mailing_id, b.ordinal
    FROM engine.bounce b
    WHERE b.mailing_id IN (SELECT mailing_id FROM sent) AND b.complains AND b.proof IS NOT NULL AND b.recorded_at <= @as_of
), seen AS (
    SELECT e.mailing_id, e.ordinal, bool_or(e.kind = 'open') AS opened, bool_or(e.kind = 'click') AS clicked
    FROM engine.event_as_of(@as_of) e
    WHERE e.mailing_id IN (SELECT mailing_id FROM sent) AND e.kind IN ('open', 'click') AND NOT e.machine
    GROUP BY e.mailing_id, e.ordinal
)
SELECT lower(substring(i.address FROM '[^@]*$')) AS domain,
    count(*) AS messages,
    count(*) FILTER (WHERE t.accepted) AS accepted,
    count(*) FILTER (WHERE t.deferred) AS deferred,
    count(*) FILTER (WHERE t.rejected AND NOT t.accepted) AS rejected,
    count(*) FILTER (WHERE b.hard) AS bounced_hard,
    count(*) FILTER (WHERE NOT b.hard AND NOT b.refused) AS bounced_soft,
    count(*) FILTER (WHERE NOT b.hard AND b.refused) AS refused,
    count(a.ordinal) AS complaints,
    count(*) FILTER (WHERE s.opened OR s.clicked) AS opened,
    count(*) FILTER (WHERE s.clicked) AS clicked,
    count(DISTINCT i.recipient_key) AS people
FROM told t
JOIN engine.mailing_item i USING (mailing_id, ordinal)
LEFT JOIN back b USING (mailing_id, ordinal)
LEFT JOIN angry a USING (mailing_id, ordinal)
LEFT JOIN seen s USING (mailing_id, ordinal)
WHERE NOT i.seed AND i.mailing_id IN (SELECT mailing_id FROM sent)
GROUP BY 1
