-- One entry by an operator. Side effect: engine.suppression. Nothing happens when the recipient is suppressed there already.
INSERT INTO engine.suppression (recipient_key, channel, scope, reason, since, source)
VALUES (@key, @channel, @scope, @reason, @since, @source)
ON CONFLICT (recipient_key, channel, scope) DO NOTHING
