-- Pause, cancel and expiry as of this tick, for the mailings a worker has messages of in hand.
SELECT mailing_id, state, expires_at IS NOT NULL AND expires_at <= now() AS expired
FROM engine.mailing
WHERE mailing_id = ANY (@mailings)
