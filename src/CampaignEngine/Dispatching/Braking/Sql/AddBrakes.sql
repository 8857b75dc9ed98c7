-- The subjects that a worker has messages of and that engine.yaml gives a brake.
INSERT INTO engine.brake (subject) SELECT subject FROM unnest(@subjects) AS mine (subject) ORDER BY subject
ON CONFLICT DO NOTHING
