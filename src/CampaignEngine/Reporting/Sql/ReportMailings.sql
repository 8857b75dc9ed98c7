-- The mailings of a campaign and when each began: with the first accepted message, else when it fell due or was frozen, whichever was later.
-- People of the control cell are measured from that moment on.
SELECT m.mailing_id, m.currency, coalesce(s.started_at, greatest(m.due_at, m.frozen_at)) AS started_at, m.list_id, m.frozen_count::bigint
FROM engine.mailing m
LEFT JOIN LATERAL (
    SELECT least((SELECT min(o.at) FROM engine.send_outcome o WHERE o.mailing_id = m.mailing_id AND o.outcome = 'accepted' AND o.at <= @as_of),
                 (SELECT min(d.since) FROM engine.send_doubt d WHERE d.mailing_id = m.mailing_id AND d.since <= @as_of AND d.decision IS DISTINCT FROM 'not_sent')) AS started_at
) s ON true
WHERE m.campaign = @campaign
ORDER BY m.mailing_id
