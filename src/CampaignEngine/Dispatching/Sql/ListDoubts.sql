-- Doubts of a campaign: open ones, and decided ones with what was decided. A doubt whose attempt has an outcome is none any more.
SELECT d.mailing_id, m.drop_name, d.ordinal, d.attempt, d.since, d.evidence, i.customer_key, i.address,
       d.decision, d.decided_at, d.decided_by, d.decided_because
FROM engine.send_doubt d
JOIN engine.mailing m USING (mailing_id)
JOIN engine.mailing_item i ON i.mailing_id = d.mailing_id AND i.ordinal = d.ordinal
WHERE m.campaign = @campaign
  AND (@with_decided OR d.decision IS NULL)
  AND NOT EXISTS (SELECT FROM engine.send_outcome o WHERE o.mailing_id = d.mailing_id AND o.ordinal = d.ordinal AND o.attempt = d.attempt)
ORDER BY d.mailing_id, d.ordinal, d.attempt
