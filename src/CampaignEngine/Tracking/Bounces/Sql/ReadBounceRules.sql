-- What operators decided, the newest first: it decides.
SELECT rule_id, phrase, class, decided_at, decided_by, because FROM engine.bounce_rule ORDER BY rule_id DESC
