-- When people under hours by law would get their message if there were none.
SELECT DISTINCT zone, country, not_before FROM frozen WHERE country IS NOT NULL
