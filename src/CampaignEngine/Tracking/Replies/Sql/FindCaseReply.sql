-- Whom an answer to a case goes to, and by which way the reply came; the row is held until the answer has been asked for.
SELECT c.channel, c.inbound_id, coalesce(e.recipient_key, s.recipient_key) AS recipient_key, coalesce(e.address, s.address) AS address, e.subject, s.route,
       m.definition ->> 'sender' AS sender, c.closed_at IS NOT NULL AS closed
FROM engine.reply_case c
LEFT JOIN engine.mail_inbound e ON c.channel = 'email' AND e.inbound_id = c.inbound_id
LEFT JOIN engine.sms_inbound s ON c.channel = 'sms' AND s.inbound_id = c.inbound_id
LEFT JOIN engine.mailing m ON m.mailing_id = coalesce(e.mailing_id, s.mailing_id)
WHERE c.case_id = @case
FOR UPDATE OF c
