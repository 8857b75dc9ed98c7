-- A new rule gives waiting texts their class. Side effect: engine.bounce.
UPDATE engine.bounce SET class = @class, class_group = @group, hard = @hard AND action IS DISTINCT FROM 'delayed'
WHERE bounce_id = ANY(@ids) AND class = 'undefined'
