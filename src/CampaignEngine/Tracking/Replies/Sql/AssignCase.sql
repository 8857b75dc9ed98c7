-- Somebody else is in charge from now on, and will be told when the case is overdue. Side effect: engine.reply_case.
UPDATE engine.reply_case SET in_charge = @in_charge, alarm_id = CASE WHEN in_charge = @in_charge THEN alarm_id END WHERE case_id = @case AND closed_at IS NULL
