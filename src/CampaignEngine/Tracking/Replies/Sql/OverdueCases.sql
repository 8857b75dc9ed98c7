-- Cases that are unanswered after their time and whose person in charge was not told yet; they are held for this transaction.
SELECT c.case_id, c.in_charge, c.opened_at, c.channel, m.campaign, left(coalesce(e.subject, s.body), 80) AS about
FROM engine.reply_case c
LEFT JOIN engine.mail_inbound e ON c.channel = 'email' AND e.inbound_id = c.inbound_id
LEFT JOIN engine.sms_inbound s ON c.channel = 'sms' AND s.inbound_id = c.inbound_id
LEFT JOIN engine.mailing m ON m.mailing_id = coalesce(e.mailing_id, s.mailing_id)
WHERE c.answered_at IS NULL AND c.closed_at IS NULL AND c.alarm_id IS NULL AND c.in_charge IS NOT NULL AND c.alarm_at <= @now
ORDER BY c.in_charge, c.opened_at, c.case_id
LIMIT 1000
FOR UPDATE OF c SKIP LOCKED
