-- Answers to SMS, the newest first.
SELECT received_at, route, address, action, body, answered
FROM engine.sms_inbound
WHERE @only IS NULL OR action = @only
ORDER BY received_at DESC, inbound_id DESC
LIMIT @count
