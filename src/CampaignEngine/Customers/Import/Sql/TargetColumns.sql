-- What each column can hold, so that a value that does not fit is rejected with its line instead of failing the whole merge.
-- base is the type below a domain; limit: characters of varchar and char; precision and scale of numeric.
SELECT a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       coalesce(b.typname, t.typname) AS base,
       a.attnotnull AS not_null,
       CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default_value,
       a.attgenerated <> '' OR a.attidentity = 'a' AS computed,
       a.attidentity <> '' AS identity,
       CASE WHEN a.attcollation <> 0 THEN quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END AS collation,
       CASE WHEN coalesce(b.typname, t.typname) IN ('varchar', 'bpchar') AND m.typmod > 4 THEN m.typmod - 4 END AS "limit",
       CASE WHEN coalesce(b.typname, t.typname) = 'numeric' AND m.typmod > 4 THEN ((m.typmod - 4) >> 16) & 65535 END AS precision,
       CASE WHEN coalesce(b.typname, t.typname) = 'numeric' AND m.typmod > 4 THEN (m.typmod - 4) & 2047 END AS scale,
       (SELECT array_agg(e.enumlabel::text ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = coalesce(b.oid, t.oid)) AS labels
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
CROSS JOIN LATERAL (SELECT CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END AS typmod) m
LEFT JOIN pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = @oid::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
