-- How many people responded for the first time, and how many converted, in each hour of the zone of reports. A person counts once, so the sums are the
-- report's own responses and conversions, as far as their time is known.
WITH person AS (
    SELECT control, customer_key, min(responded_at) AS responded_at, min(converted_at) AS converted_at
    FROM report_item
    WHERE responded_at IS NOT NULL OR converted_at IS NOT NULL
    GROUP BY control, customer_key
)
SELECT control, date_trunc('hour', happened.at AT TIME ZONE @zone) AS hour,
       count(*) FILTER (WHERE happened.what = 'response') AS responses, count(*) FILTER (WHERE happened.what = 'conversion') AS conversions
FROM person
CROSS JOIN LATERAL (VALUES ('response', responded_at), ('conversion', converted_at)) AS happened (what, at)
WHERE happened.at IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2
