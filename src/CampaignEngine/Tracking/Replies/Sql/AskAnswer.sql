-- Asks for an answer to leave: a canned one at most once a person, rule and day. Side effect: engine.answer. No row: it was asked for already.
INSERT INTO engine.answer (kind, channel, inbound_id, rule, recipient_key, day, route, sender, address, subject, body, asked_at, asked_by, not_before)
VALUES (@kind, @channel, @inbound, @rule, @key, (@at AT TIME ZONE @zone)::date, @route, @sender, @address, @subject, @body, @at, @by, @at)
ON CONFLICT (recipient_key, channel, rule, day) WHERE kind = 'rule' DO NOTHING
RETURNING answer_id
