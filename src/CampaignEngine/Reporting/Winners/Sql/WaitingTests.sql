-- Remainders of tests, with what their decision needs: of one campaign, or all that wait for their rule (not those that a person was asked about or that are paused).
SELECT m.mailing_id, m.occurrence_id, m.campaign, m.frozen_count::bigint AS people, t.due_at AS tested_at, p.definition_file, p.definition_yaml,
       EXISTS (SELECT FROM engine.send_chunk c WHERE c.mailing_id = t.mailing_id AND (c.next_ordinal <= c.last_ordinal OR c.owner IS NOT NULL)) AS under_way
FROM engine.mailing m
JOIN engine.occurrence o USING (occurrence_id)
JOIN engine.plan p USING (plan_id)
JOIN engine.occurrence ot ON ot.plan_id = o.plan_id AND ot.drop_name = o.drop_name AND ot.test_part = 'test'
JOIN engine.mailing t ON t.occurrence_id = ot.occurrence_id
LEFT JOIN engine.winner w ON w.occurrence_id = m.occurrence_id
WHERE o.test_part = 'remainder'
  AND CASE WHEN @campaign::text IS NULL THEN m.waits AND m.state = 'running' AND w.occurrence_id IS NULL AND t.state IN ('running', 'completed')
           ELSE m.campaign = @campaign AND (m.waits OR w.occurrence_id IS NOT NULL) END
ORDER BY m.mailing_id DESC
