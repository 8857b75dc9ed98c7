-- What became of an answer. Put off: it did not leave and waits for another attempt. Side effect: engine.answer.
UPDATE engine.answer
SET outcome = @outcome, reply = @reply, finished_at = CASE WHEN @outcome IS NOT NULL THEN @now END,
    claimed_at = CASE WHEN @outcome IS NOT NULL THEN claimed_at END, not_before = CASE WHEN @outcome IS NULL THEN @again ELSE not_before END
WHERE answer_id = @answer AND outcome IS NULL
