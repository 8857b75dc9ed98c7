-- The launched plan if there is one (the newest), else the newest plan.
SELECT plan_id AS "PlanId", plan_hash AS "Hash", definition_file AS "File", definition_yaml AS "Yaml", list_id AS "ListId", created_at AS "CreatedAt", launched_at AS "LaunchedAt"
FROM engine.plan WHERE campaign = @campaign
ORDER BY launched_at DESC NULLS LAST, created_at DESC, plan_id DESC LIMIT 1
