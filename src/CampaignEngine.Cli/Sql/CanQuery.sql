-- Whether the query role can read the people; also true where there is nothing to grant: no such table yet, or no such role.
SELECT CASE WHEN to_regclass(@table) IS NULL OR NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'campaign_query') THEN true
            ELSE has_table_privilege('campaign_query', @table, 'SELECT') END
