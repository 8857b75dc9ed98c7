-- CHECK constraints with their columns. Those of the form "column in (list)" are judged while reading, the others on the staged rows.
SELECT c.conname AS name,
       pg_get_expr(c.conbin, c.conrelid) AS expression,
       (SELECT array_agg(a.attname::text) FROM pg_attribute a WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)) AS columns
FROM pg_constraint c
WHERE c.conrelid = @oid::oid AND c.contype = 'c' AND c.convalidated
