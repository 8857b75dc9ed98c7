-- STOP: no more SMS to this number, from now on. What suppressed it before stays the reason. Side effect: engine.suppression.
INSERT INTO engine.suppression (recipient_key, channel, scope, reason, since, source)
VALUES (@key, 'sms', 'global', 'stop', @at, 'sms ' || @route)
ON CONFLICT (recipient_key, channel, scope) DO NOTHING
