-- An operator's decision about a text. Side effect: engine.bounce_rule.
INSERT INTO engine.bounce_rule (phrase, class, decided_by, because) VALUES (@phrase, @class, @by, @because) RETURNING rule_id
