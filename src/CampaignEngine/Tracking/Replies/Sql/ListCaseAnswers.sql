-- What was answered in a case, by rule or by a person, in order.
SELECT a.answer_id, a.kind, a.rule, a.asked_at, a.asked_by, a.subject, a.body,
       coalesce(a.outcome, CASE WHEN a.claimed_at IS NULL THEN 'waiting' ELSE 'sending' END) AS outcome, a.reply
FROM engine.reply_case c
JOIN engine.answer a ON a.channel = c.channel AND a.inbound_id = c.inbound_id
WHERE c.case_id = @case
ORDER BY a.answer_id
