-- The GRANT statements that the query role still lacks for these tables and views, with names quoted by the server. A name that
-- does not exist yields nothing: the model's check reports it.
SELECT format('%I.%I', wanted.schema_name, wanted.table_name) AS name,
       format('GRANT USAGE ON SCHEMA %I TO campaign_query', wanted.schema_name) AS schema_grant,
       format('GRANT SELECT ON %I.%I TO campaign_query', wanted.schema_name, wanted.table_name) AS table_grant
FROM unnest(@schemas::text[], @tables::text[]) AS wanted (schema_name, table_name)
JOIN pg_namespace n ON n.nspname = wanted.schema_name
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.table_name
WHERE NOT has_schema_privilege('campaign_query', n.oid, 'USAGE')
   OR NOT has_table_privilege('campaign_query', c.oid, 'SELECT')
ORDER BY 1
