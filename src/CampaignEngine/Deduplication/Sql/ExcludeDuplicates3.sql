-- Of the people still in who share key 3 of audience.dedupe the first by survivor order stays, then the smallest key.
INSERT INTO excluded (customer_key, reason, duplicate_of)
SELECT customer_key, @reason, stays
FROM (SELECT c.customer_key, row_number() OVER same AS place, first_value(c.customer_key) OVER same AS stays
      FROM candidate c
      WHERE c.failed = 0 AND c.match_3 IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM excluded e WHERE e.customer_key = c.customer_key)
      WINDOW same AS (PARTITION BY c.match_3 ORDER BY c.survivor, c.customer_key)) ranked
WHERE place > 1
