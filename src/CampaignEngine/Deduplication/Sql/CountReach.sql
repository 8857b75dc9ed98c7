-- How many of the people to contact have a usable address on each of the campaign's channels (bit n of reach).
SELECT n AS "Channel", count(*) AS "People"
FROM engine.list_person p, generate_series(0, @channels - 1) AS n
WHERE p.list_id = @list AND p.reason = 'contact' AND (p.reach >> n) & 1 = 1
GROUP BY n
