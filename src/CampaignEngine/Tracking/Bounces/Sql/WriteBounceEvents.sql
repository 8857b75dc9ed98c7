-- Proven reports become events: one bounce, one complaint and one delivery an item, however many reports say so. A report of delay is none of them.
-- Side effect: engine.event.
INSERT INTO engine.event (mailing_id, ordinal, kind, at, user_agent, event_key)
SELECT DISTINCT ON (k.kind, b.mailing_id, b.ordinal) b.mailing_id, b.ordinal, k.kind, b.at, concat_ws(' ', b.class, b.status), concat_ws(':', k.kind, b.mailing_id, b.ordinal)
FROM engine.bounce b
CROSS JOIN LATERAL (SELECT CASE
    WHEN b.complains THEN 'complaint'
    WHEN b.action = 'delayed' OR b.class_group IN ('vacation', 'complaint', 'other') THEN NULL
    WHEN b.class_group = 'delivered' THEN CASE WHEN b.action = 'delivered' THEN 'delivered' END
    ELSE 'bounce' END) AS k (kind)
WHERE b.bounce_id = ANY(@ids) AND b.proof IS NOT NULL AND k.kind IS NOT NULL
ORDER BY k.kind, b.mailing_id, b.ordinal, b.at
ON CONFLICT (event_key) DO NOTHING
