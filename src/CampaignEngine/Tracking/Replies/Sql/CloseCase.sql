-- A person closes a case, with the reason. Side effect: engine.reply_case.
UPDATE engine.reply_case SET closed_at = @at, closed_by = @by, closed_because = @because WHERE case_id = @case AND closed_at IS NULL
