-- Finds a mapped table. relkind tells tables ('r', 'p') from views ('v', 'm') and foreign tables ('f').
SELECT c.oid::bigint AS oid, c.relkind::text AS kind
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = @schema AND c.relname = @name AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
