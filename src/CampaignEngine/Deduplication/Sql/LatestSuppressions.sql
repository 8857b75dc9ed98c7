-- The newest entries, for the operator's eyes; the index on since serves it.
SELECT channel, scope, reason, since, source FROM engine.suppression WHERE @channel IS NULL OR channel = @channel ORDER BY since DESC, channel, scope LIMIT @count
