-- A reply that a person has to answer, with its clock. Side effect: engine.reply_case.
INSERT INTO engine.reply_case (channel, inbound_id, opened_at, alarm_at, in_charge)
VALUES (@channel, @inbound, @at, @alarm_at, @in_charge)
ON CONFLICT (channel, inbound_id) DO NOTHING
