-- The policy of engine.yaml (bounces: suppress): complaints at once; hard and soft bounces once there were so many, of different mailings, within a time. Refusals of
-- our sending address, spam and policy refusals, automatic answers, delays and whatever is not proven never count. What suppressed an address before stays the reason.
-- Side effect: engine.suppression. Returns the recipients that are suppressed from now on.
WITH told AS (
    SELECT b.bounce_id, b.recipient_key, b.at, b.class, b.complains
    FROM engine.bounce b JOIN engine.mailing_item i USING (mailing_id, ordinal)
    WHERE b.bounce_id = ANY(@ids) AND b.proof IS NOT NULL AND NOT i.seed
), counted AS (
    SELECT t.*, n.hards, n.softs
    FROM told t
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT b.mailing_id) FILTER (WHERE b.class_group = 'hard' AND b.at > t.at - @hard_window::interval) AS hards,
            count(DISTINCT b.mailing_id) FILTER (WHERE b.class_group IN ('soft', 'full', 'expired') AND b.at > t.at - @soft_window::interval) AS softs
        FROM engine.bounce b
        WHERE b.recipient_key = t.recipient_key AND b.proof IS NOT NULL AND b.at <= t.at AND b.action IS DISTINCT FROM 'delayed') n
)
INSERT INTO engine.suppression (recipient_key, channel, scope, reason, since, source)
SELECT DISTINCT ON (recipient_key) recipient_key, 'email', 'global',
    CASE WHEN complains AND @on_complaint THEN 'complaint' WHEN hards >= @hard_count THEN 'hard_bounce' ELSE 'soft_bounces' END, at, 'report: ' || class
FROM counted
WHERE (complains AND @on_complaint) OR hards >= @hard_count OR softs >= @soft_count
ORDER BY recipient_key, complains DESC, at, bounce_id
ON CONFLICT (recipient_key, channel, scope) DO NOTHING
RETURNING recipient_key
