-- The role for conditions that people wrote: no login, no rights but those granted per table. Roles belong to the whole server:
-- another database's migration may make it at the same moment, which is as good. The GRANT lets a login that is no superuser
-- take the role on.
DO $$
BEGIN
    BEGIN
        CREATE ROLE campaign_query NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT campaign_query TO %I', current_user);
    END IF;
END
$$
