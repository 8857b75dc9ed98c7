-- Whether the drop, another in its scope, or the very same message has been frozen before.
SELECT EXISTS (SELECT 1 FROM engine.contact_scope WHERE scope = @scope) OR EXISTS (SELECT 1 FROM engine.mailing WHERE content_hash = @content)
