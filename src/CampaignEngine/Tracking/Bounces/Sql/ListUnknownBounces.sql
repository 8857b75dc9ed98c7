-- Texts that no rule knows, most frequent first. Numbers, host names and long words are one in all of them, so that one decision serves a whole family.
SELECT max(bounce_id) AS bounce_id, count(*) AS reports, max(at) AS last_at, (array_agg(text ORDER BY bounce_id DESC))[1] AS text
FROM engine.bounce
WHERE class = 'undefined'
GROUP BY regexp_replace(lower(text), '[a-z0-9-]*([0-9]|\.[a-z])[^ ]*', '#', 'g')
ORDER BY count(*) DESC, max(at) DESC
LIMIT @count
