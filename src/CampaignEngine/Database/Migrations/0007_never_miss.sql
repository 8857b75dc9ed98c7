-- Delivery policy of a mailing: never-twice lists what nobody knows, never-miss sends it again after the cooling-off and counts the possible duplicates.
ALTER TABLE engine.mailing ADD COLUMN delivery text NOT NULL DEFAULT 'never-twice' CHECK (delivery IN ('never-twice', 'never-miss'));

CREATE INDEX send_doubt_open ON engine.send_doubt (mailing_id) WHERE decision IS NULL;

-- Doubts that were followed by a message which arrived, or may have: the person may have two. Not those whose attempt proved undelivered later.
-- at: when the second message was accepted, or became a doubt itself.
CREATE VIEW engine.possible_duplicate AS
SELECT d.mailing_id, d.ordinal, d.attempt, later.at
FROM engine.send_doubt d
CROSS JOIN LATERAL (
    SELECT min(at) AS at
    FROM (SELECT o.at FROM engine.send_outcome o
          WHERE o.mailing_id = d.mailing_id AND o.ordinal = d.ordinal AND o.attempt > d.attempt AND o.outcome = 'accepted'
          UNION ALL
          SELECT n.since FROM engine.send_doubt n
          WHERE n.mailing_id = d.mailing_id AND n.ordinal = d.ordinal AND n.attempt > d.attempt AND n.decision IS DISTINCT FROM 'not_sent'
            AND NOT EXISTS (SELECT FROM engine.send_outcome o
                            WHERE o.mailing_id = n.mailing_id AND o.ordinal = n.ordinal AND o.attempt = n.attempt AND o.outcome <> 'accepted')) AS second) AS later
WHERE d.decision = 'resend' AND later.at IS NOT NULL
  AND NOT EXISTS (SELECT FROM engine.send_outcome o
                  WHERE o.mailing_id = d.mailing_id AND o.ordinal = d.ordinal AND o.attempt = d.attempt AND o.outcome <> 'accepted');
