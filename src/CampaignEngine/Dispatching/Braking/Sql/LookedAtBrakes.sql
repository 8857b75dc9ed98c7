-- Their figures have been looked at just now.
UPDATE engine.brake SET looked_at = now() WHERE subject = ANY (@subjects)
