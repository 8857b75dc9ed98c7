-- What is decided, once; only a person's decision follows a question to a person.
INSERT INTO engine.winner (occurrence_id, campaign, outcome, cell, because, figures, decided_at, decided_by)
VALUES (@occurrence, @campaign, @outcome, @cell, @because, @figures::jsonb, @now, @by)
ON CONFLICT (occurrence_id) DO UPDATE
SET outcome = excluded.outcome, cell = excluded.cell, because = excluded.because, figures = excluded.figures, decided_at = excluded.decided_at, decided_by = excluded.decided_by
WHERE excluded.decided_by IS NOT NULL AND engine.winner.outcome = 'asked'
