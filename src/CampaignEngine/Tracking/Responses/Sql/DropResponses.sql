-- Answers that are refused were never there. Side effect: engine.response.
DELETE FROM engine.response WHERE response_id = ANY (@ids)
