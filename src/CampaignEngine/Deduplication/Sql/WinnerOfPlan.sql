-- The cell that the remainder of a plan's test gets.
SELECT w.cell FROM engine.winner w JOIN engine.occurrence o USING (occurrence_id) WHERE o.plan_id = @plan
