-- Contacted @count times or more since @since, on one channel or (null) on any. Messages in doubt count.
INSERT INTO excluded (customer_key, reason)
SELECT c.customer_key, 'contact_cap'
FROM candidate c
JOIN (SELECT customer_key FROM engine.contact_history
      WHERE contacted_at >= @since AND (@channel::text IS NULL OR channel = @channel) AND NOT seed
      GROUP BY customer_key HAVING count(*) >= @count) h USING (customer_key)
WHERE c.failed = 0 AND c.problem IS NULL
ON CONFLICT (customer_key) DO NOTHING
