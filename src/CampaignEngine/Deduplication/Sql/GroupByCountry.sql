-- People of countries with hours by law.
UPDATE frozen f SET country = p.country
FROM unnest(@prefixes::text[], @countries::text[]) AS p (prefix, country)
WHERE left(f.address, @length) = p.prefix
