-- Cases with what was written and how they stand, the one that waits longest first.
SELECT c.case_id, c.channel, m.campaign, c.opened_at, c.alarm_at,
       CASE WHEN c.closed_at IS NOT NULL THEN 'closed' WHEN c.answered_at IS NOT NULL THEN 'answered' WHEN c.alarm_at <= @now THEN 'overdue' ELSE 'open' END AS state,
       c.in_charge,
       CASE WHEN c.alarm_id IS NOT NULL THEN coalesce(a.outcome, CASE WHEN a.claimed_at IS NULL THEN 'waiting' ELSE 'sending' END) END AS alarm,
       coalesce(e.address, s.address) AS from_address, e.subject, coalesce(e.body, s.body) AS text,
       i.customer_key AS customer, i.cell, coalesce(e.rule, s.rule) AS rule, c.answered_at, c.closed_at, c.closed_by, c.closed_because
FROM engine.reply_case c
LEFT JOIN engine.mail_inbound e ON c.channel = 'email' AND e.inbound_id = c.inbound_id
LEFT JOIN engine.sms_inbound s ON c.channel = 'sms' AND s.inbound_id = c.inbound_id
LEFT JOIN engine.mailing m ON m.mailing_id = coalesce(e.mailing_id, s.mailing_id)
LEFT JOIN engine.mailing_item i ON i.mailing_id = coalesce(e.mailing_id, s.mailing_id) AND i.ordinal = coalesce(e.ordinal, s.ordinal)
LEFT JOIN engine.answer a ON a.answer_id = c.alarm_id
WHERE (@case IS NULL OR c.case_id = @case) AND (NOT @only_open OR (c.answered_at IS NULL AND c.closed_at IS NULL))
ORDER BY c.opened_at, c.case_id
LIMIT @count
