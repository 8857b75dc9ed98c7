-- Takes answers to send. The claim is durable before anything leaves, so an answer that was on its way when its sender was lost is never sent again; see DoubtAnswers.
-- Side effect: engine.answer.
UPDATE engine.answer SET claimed_at = @now
WHERE answer_id IN (SELECT answer_id FROM engine.answer
                    WHERE outcome IS NULL AND claimed_at IS NULL AND not_before <= @now AND (@only IS NULL OR answer_id = @only)
                    ORDER BY not_before, answer_id LIMIT @count FOR UPDATE SKIP LOCKED)
RETURNING answer_id, kind, channel, inbound_id, route, sender, address, subject, body, asked_at
