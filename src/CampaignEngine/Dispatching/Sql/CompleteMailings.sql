-- A mailing is complete when nothing is ungranted, held by a worker or waiting for another attempt. Doubts do not keep it open.
UPDATE engine.mailing m
SET state = 'completed', completed_at = now()
WHERE m.state IN ('running', 'paused') AND m.due_at <= now()
  AND NOT EXISTS (SELECT FROM engine.send_chunk c
                  WHERE c.mailing_id = m.mailing_id AND (c.next_ordinal <= c.last_ordinal OR c.owner IS NOT NULL OR c.retry_at IS NOT NULL))
  AND NOT EXISTS (SELECT FROM engine.send_retry r WHERE r.mailing_id = m.mailing_id)
RETURNING m.mailing_id
