-- Count and hash of a frozen mailing; one without people is complete at once.
UPDATE engine.mailing SET frozen_count = @items, list_hash = @hash, waits = waits AND @items > 0,
    state = CASE WHEN @items = 0 THEN 'completed' ELSE state END,
    completed_at = CASE WHEN @items = 0 THEN @now END
WHERE mailing_id = @mailing
