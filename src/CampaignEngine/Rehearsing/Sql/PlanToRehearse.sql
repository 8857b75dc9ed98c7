-- The newest plan of the campaign whose list is still there.
SELECT plan_hash AS "Hash", definition_file AS "File", definition_yaml AS "Yaml", templates::text AS "Messages", document::text AS "Document", list_id AS "ListId"
FROM engine.plan WHERE campaign = @campaign AND list_id IS NOT NULL
ORDER BY created_at DESC, plan_id DESC LIMIT 1
