-- One person's decision about open doubts, with who and why; without a campaign the decision of the policy never-miss, about every mailing that has it. 'not_sent' and 'resend' lead to another attempt (a resend not
-- before 15 minutes after the doubt arose), and a mailing that was complete runs again. One transaction: a crash leaves all or nothing.
WITH decided AS (
    UPDATE engine.send_doubt d
    SET decision = @decision, decided_at = now(), decided_by = @decided_by, decided_because = @because
    FROM engine.mailing m
    WHERE m.mailing_id = d.mailing_id AND d.decision IS NULL
      AND CASE WHEN @campaign::text IS NOT NULL THEN m.campaign = @campaign
               ELSE m.delivery = 'never-miss' AND m.state <> 'cancelled' AND (m.expires_at IS NULL OR m.expires_at > now())
                    AND d.attempt - (SELECT count(*) FROM engine.send_outcome o
                                     WHERE o.mailing_id = d.mailing_id AND o.ordinal = d.ordinal AND o.outcome = 'not_attempted') < @last_attempt END
      AND (@mailing_id::int IS NULL OR d.mailing_id = @mailing_id)
      AND (@ordinal::int IS NULL OR d.ordinal = @ordinal)
      AND NOT EXISTS (SELECT FROM engine.send_outcome o WHERE o.mailing_id = d.mailing_id AND o.ordinal = d.ordinal AND o.attempt = d.attempt)
    RETURNING d.mailing_id, d.ordinal, d.attempt, d.since),
again AS (
    INSERT INTO engine.send_retry (mailing_id, ordinal, chunk_no, attempt, not_before)
    SELECT d.mailing_id, d.ordinal, c.chunk_no, d.attempt + 1, CASE WHEN @decision = 'resend' THEN d.since + interval '15 minutes' ELSE now() END
    FROM decided d
    JOIN engine.send_chunk c ON c.mailing_id = d.mailing_id AND d.ordinal BETWEEN c.first_ordinal AND c.last_ordinal
    WHERE @decision IN ('not_sent', 'resend')
    ON CONFLICT DO NOTHING
    RETURNING mailing_id, chunk_no, not_before),
reopened AS (
    UPDATE engine.mailing m SET state = 'running', completed_at = NULL
    WHERE m.state = 'completed' AND m.mailing_id IN (SELECT mailing_id FROM again)),
called AS (
    UPDATE engine.send_chunk c
    SET retry_at = least(c.retry_at, first.not_before)
    FROM (SELECT mailing_id, chunk_no, min(not_before) AS not_before FROM again GROUP BY mailing_id, chunk_no) AS first
    WHERE c.mailing_id = first.mailing_id AND c.chunk_no = first.chunk_no)
SELECT mailing_id, ordinal, attempt, CASE WHEN @decision = 'resend' THEN since + interval '15 minutes' END AS not_before
FROM decided
ORDER BY mailing_id, ordinal
