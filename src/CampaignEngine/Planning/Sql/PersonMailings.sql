-- What happened to one person in each mailing of a campaign: the last attempt, a doubt, waiting, or left out of the drop.
SELECT m.drop_name AS "Drop", m.channel AS "Channel",
       CASE WHEN o.outcome IS NOT NULL AND NOT (d.ordinal IS NOT NULL AND d.attempt > o.attempt) THEN o.outcome
            WHEN d.ordinal IS NOT NULL AND d.decision = 'sent' THEN 'accepted'
            WHEN d.ordinal IS NOT NULL AND d.decision IS NULL THEN 'in_doubt'
            ELSE 'waiting' END AS "State",
       coalesce(o.reason, d.evidence) AS "Reason", coalesce(o.at, d.since) AS "At", i.cell AS "Cell"
FROM engine.mailing m
JOIN engine.mailing_item i ON i.mailing_id = m.mailing_id AND i.customer_key = @key
LEFT JOIN LATERAL (SELECT outcome, reason, at, attempt FROM engine.send_outcome s
                   WHERE s.mailing_id = i.mailing_id AND s.ordinal = i.ordinal ORDER BY attempt DESC LIMIT 1) o ON true
LEFT JOIN LATERAL (SELECT ordinal, attempt, evidence, since, decision FROM engine.send_doubt s
                   WHERE s.mailing_id = i.mailing_id AND s.ordinal = i.ordinal ORDER BY attempt DESC LIMIT 1) d ON true
WHERE m.campaign = @campaign
UNION ALL
SELECT m.drop_name, m.channel, 'excluded', e.reason, m.frozen_at, NULL
FROM engine.mailing m JOIN engine.mailing_excluded e USING (mailing_id)
WHERE m.campaign = @campaign AND e.customer_key = @key
ORDER BY "At"
