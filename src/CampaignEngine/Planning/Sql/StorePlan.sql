-- Stores a plan. The same definition, messages and list give the same hash: then the stored row takes the new list,
-- unless it has been launched already (no row comes back).
INSERT INTO engine.plan (campaign, plan_hash, definition_hash, definition_file, definition_yaml, templates, list_id, document, created_at)
VALUES (@campaign, @hash, @definitionHash, @file, @yaml, @messages::jsonb, @list, @document::jsonb, @now)
ON CONFLICT (campaign, plan_hash) DO UPDATE
SET list_id = excluded.list_id, document = excluded.document, created_at = excluded.created_at
WHERE engine.plan.launched_at IS NULL
RETURNING plan_id
