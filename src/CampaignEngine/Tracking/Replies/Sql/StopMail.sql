-- STOP by mail: no more e-mails to the address that wrote. What suppressed it before stays the reason. Side effect: engine.suppression.
INSERT INTO engine.suppression (recipient_key, channel, scope, reason, since, source)
VALUES (@key, 'email', 'global', 'unsubscribed', @at, 'mail')
ON CONFLICT (recipient_key, channel, scope) DO NOTHING
