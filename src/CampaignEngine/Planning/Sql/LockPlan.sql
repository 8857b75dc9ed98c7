-- The plan to launch, and the hash of the campaign's newest plan.
SELECT plan_id AS "PlanId", plan_hash AS "Hash", definition_file AS "File", definition_yaml AS "Yaml", templates::text AS "Messages",
       list_id AS "ListId", document::text AS "Document", launched_at AS "LaunchedAt",
       (SELECT n.plan_hash FROM engine.plan n WHERE n.campaign = p.campaign ORDER BY created_at DESC, plan_id DESC LIMIT 1) AS "Newest"
FROM engine.plan p
WHERE campaign = @campaign AND plan_hash LIKE @hash || '%'
ORDER BY created_at DESC LIMIT 2
FOR UPDATE
