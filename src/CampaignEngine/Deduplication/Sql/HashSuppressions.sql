-- Suppresses the recipients of these entries and marks the entries as done, in one statement. Two spellings of one address are one suppression: the older stands.
-- Side effects: engine.suppression, crm.suppressions.hashed. Returns how many were not suppressed before.
WITH entry AS (
    SELECT s.suppression_id, k.recipient_key, s.channel, s.scope, s.reason, s.since, coalesce(s.source, 'imported') AS source
    FROM unnest(@ids::bigint[], @keys::bytea[]) AS k (suppression_id, recipient_key)
    JOIN crm.suppressions s USING (suppression_id)
), added AS (
    INSERT INTO engine.suppression (recipient_key, channel, scope, reason, since, source)
    SELECT DISTINCT ON (recipient_key, channel, scope) recipient_key, channel, scope, reason, since, source
    FROM entry
    ORDER BY recipient_key, channel, scope, since, suppression_id
    ON CONFLICT (recipient_key, channel, scope) DO NOTHING
    RETURNING 1
), done AS (
    UPDATE crm.suppressions s SET hashed = true FROM entry e WHERE s.suppression_id = e.suppression_id
)
SELECT count(*) FROM added
