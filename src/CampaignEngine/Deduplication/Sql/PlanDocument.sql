-- The plan as it was printed.
SELECT document::text FROM engine.plan WHERE plan_id = @plan
