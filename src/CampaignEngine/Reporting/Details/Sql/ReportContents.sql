-- What each drop sent, in its newest mailing, and when the drop began.
SELECT DISTINCT ON (m.drop_name) m.drop_name, m.definition::text AS definition, min(s.started_at) OVER (PARTITION BY m.drop_name) AS began_at
FROM engine.mailing m
JOIN unnest(@mailings::int[], @starts::timestamptz[]) AS s (mailing_id, started_at) USING (mailing_id)
ORDER BY m.drop_name, m.mailing_id DESC
