-- Asks for the answer to a word of command to leave, unless the same number had the same one a moment ago: two machines must not talk to each other. No row then.
-- Side effect: engine.answer.
INSERT INTO engine.answer (kind, channel, inbound_id, recipient_key, day, route, sender, address, body, asked_at, not_before)
SELECT 'word', 'sms', @inbound, @key, (@at AT TIME ZONE @zone)::date, @route, @sender, @address, @body, @at, @at
WHERE NOT EXISTS (
    SELECT FROM engine.sms_inbound e JOIN engine.answer a ON a.channel = 'sms' AND a.inbound_id = e.inbound_id AND a.kind = 'word'
    WHERE e.recipient_key = @key AND e.action = @action AND e.received_at > @at - interval '10 minutes')
RETURNING answer_id
