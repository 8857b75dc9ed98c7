-- A mailing whose items follow in the same transaction; FinishMailing sets count and hash.
INSERT INTO engine.mailing (occurrence_id, campaign, drop_name, channel, due_at, expires_at, list_id, content_hash, list_hash,
                            frozen_count, unit_cost, currency, definition, delivery, hours, priority, waits, frozen_at)
VALUES (@occurrence, @campaign, @drop, @channel, @due, @expires, @list, @content, '', 0, @unitCost, @currency, @definition::jsonb, @delivery, @hours::jsonb, @priority, @waits, @now)
RETURNING mailing_id
