-- A person has answered: the clock stops. Side effect: engine.reply_case.
UPDATE engine.reply_case SET answered_at = coalesce(answered_at, @at) WHERE case_id = @case
