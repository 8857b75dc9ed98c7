-- Why one recipient is not written to on a channel.
SELECT channel, scope, reason, since, source FROM engine.suppression WHERE recipient_key = @key AND channel = @channel ORDER BY since, scope
