-- Answers whose sender was lost on the way: they may have left and are not sent again. Side effect: engine.answer.
UPDATE engine.answer SET outcome = 'in_doubt', finished_at = @now, reply = 'the process that sent it was lost' WHERE outcome IS NULL AND claimed_at < @before
