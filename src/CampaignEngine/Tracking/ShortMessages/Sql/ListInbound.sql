-- What people wrote back by SMS and what became of our answer, the newest first. Older rows hold that themselves.
SELECT received_at, route, address, action, body,
       coalesce(answered, (SELECT coalesce(a.outcome, CASE WHEN a.claimed_at IS NULL THEN 'waiting' ELSE 'sending' END) || coalesce(': ' || a.reply, '')
                           FROM engine.answer a WHERE a.channel = 'sms' AND a.inbound_id = i.inbound_id ORDER BY a.answer_id DESC LIMIT 1)) AS answered
FROM engine.sms_inbound i
WHERE @only IS NULL OR action = @only
ORDER BY received_at DESC, inbound_id DESC
LIMIT @count
