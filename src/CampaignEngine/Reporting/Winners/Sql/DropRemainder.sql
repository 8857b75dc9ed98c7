-- The remainder gets nothing: cancelled, so that everybody in it has an outcome and the balance holds.
UPDATE engine.mailing SET waits = false, state = 'cancelled' WHERE mailing_id = @mailing
