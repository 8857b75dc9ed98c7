-- People of lists that no launched plan uses and that are not the campaign's newest two go; the plans keep their counts.
WITH old AS (
    SELECT plan_id, list_id FROM engine.plan
    WHERE campaign = @campaign AND launched_at IS NULL AND list_id IS NOT NULL
    ORDER BY created_at DESC, plan_id DESC OFFSET 2),
freed AS (UPDATE engine.plan p SET list_id = NULL FROM old WHERE p.plan_id = old.plan_id RETURNING old.list_id)
SELECT engine.drop_list(list_id) FROM freed
