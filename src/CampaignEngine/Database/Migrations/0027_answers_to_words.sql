-- Answers to STOP, START and HELP leave like all others: claimed durably, at most once. What was noted beside the message before stays there.
ALTER TABLE engine.answer DROP CONSTRAINT answer_kind_check;
ALTER TABLE engine.answer ADD CONSTRAINT answer_kind_check CHECK (kind IN ('rule', 'word', 'person', 'alarm'));
CREATE UNIQUE INDEX answer_word ON engine.answer (inbound_id) WHERE kind = 'word';
