-- Which mail tells of these cases: they are told of once. Side effect: engine.reply_case.
UPDATE engine.reply_case SET alarm_id = @answer WHERE case_id = ANY (@cases)
