-- Exact quintile thresholds over everybody with purchases; no row when there is nobody.
SELECT set_config('work_mem', '512MB', true), set_config('enable_sort', 'on', true);
DELETE FROM engine.rfm_threshold;
INSERT INTO engine.rfm_threshold (recency, frequency, monetary, customers)
SELECT recency, frequency, monetary, customers
FROM (SELECT percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY last_at) AS recency,
             percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY orders) AS frequency,
             percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY amount) AS monetary,
             count(*) AS customers
      FROM engine.purchase_summary) AS quintiles
WHERE recency IS NOT NULL;
