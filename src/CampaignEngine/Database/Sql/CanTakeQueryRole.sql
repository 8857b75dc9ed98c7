-- Whether the query role exists and this login may SET ROLE to it. Since PostgreSQL 16 being a member is not enough for that.
SELECT coalesce(bool_or(
    pg_has_role(current_user, oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)), false)
FROM pg_roles
WHERE rolname = 'campaign_query'
