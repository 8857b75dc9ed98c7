-- The newest plan of the campaign whose list is still there.
SELECT plan_hash AS "Hash", list_id AS "ListId", definition_hash AS "DefinitionHash", templates::text AS "Messages"
FROM engine.plan WHERE campaign = @campaign AND list_id IS NOT NULL
ORDER BY created_at DESC, plan_id DESC LIMIT 1
