-- A stored question and the figure it stood behind.
SELECT question, figure FROM engine.report_question WHERE question_id = @id
