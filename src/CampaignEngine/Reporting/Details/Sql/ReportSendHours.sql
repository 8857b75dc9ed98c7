-- People contacted, and how many of them responded, by weekday and hour of their first contact.
WITH person AS (
    SELECT customer_key, min(at) AS at, bool_or(responded) AS responded
    FROM report_item
    WHERE sent AND NOT control
    GROUP BY customer_key
)
SELECT (extract(isodow FROM at AT TIME ZONE @zone) - 1)::int AS day, extract(hour FROM at AT TIME ZONE @zone)::int AS hour, count(*) AS contacted, count(*) FILTER (WHERE responded) AS responses
FROM person
WHERE at IS NOT NULL
GROUP BY 1, 2
