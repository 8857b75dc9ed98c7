-- Keeps the questions behind the figures of a page. The same question has the same id; the newest figure is kept, for it may have been restated.
INSERT INTO engine.report_question (question_id, question, figure)
SELECT * FROM unnest(@ids::text[], @questions::text[], @figures::numeric[])
ON CONFLICT (question_id) DO UPDATE SET figure = EXCLUDED.figure
WHERE report_question.figure <> EXCLUDED.figure
