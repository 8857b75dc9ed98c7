-- Everything campaign doctor asks of a server, in one round trip, so that the clock can be compared with ours. The role test is
-- that of Database/Sql/CanTakeQueryRole.sql.
SELECT current_setting('fsync') AS fsync,
       current_setting('full_page_writes') AS full_page_writes,
       current_setting('synchronous_commit') AS synchronous_commit,
       current_setting('listen_addresses') AS listen_addresses,
       pg_encoding_to_char(d.encoding)::text AS encoding,
       d.datcollate::text AS collation,
       coalesce((
           SELECT bool_or(pg_has_role(current_user, r.oid,
               CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END))
           FROM pg_roles r
           WHERE r.rolname = 'campaign_query'), false) AS has_query_role,
       pg_is_in_recovery() AS is_standby,
       clock_timestamp() AS clock
FROM pg_database d
WHERE d.datname = current_database()
