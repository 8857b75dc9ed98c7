-- The type of a column as the server spells it, quoted where needed, with a collation that is not the type's own.
SELECT format_type(a.atttypid, NULL) || CASE WHEN a.attcollation <> t.typcollation
    THEN (SELECT format(' COLLATE %I.%I', n.nspname, l.collname) FROM pg_collation l JOIN pg_namespace n ON n.oid = l.collnamespace WHERE l.oid = a.attcollation)
    ELSE '' END
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = @schema::text AND c.relname = @table::text AND a.attname = @column::text AND a.attnum > 0 AND NOT a.attisdropped
