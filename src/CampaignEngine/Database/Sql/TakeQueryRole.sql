-- First statement of every query connection on a configured server: takes the query role on where this login may; where it may
-- not, the connection stays itself, read-only by default.
SELECT set_config('role', rolname, false)
FROM pg_roles
WHERE rolname = 'campaign_query'
  AND pg_has_role(session_user, oid, CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END)
