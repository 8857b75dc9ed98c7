-- Of the people still in who share key 3 of audience.dedupe the first by survivor order stays, then the smallest key. Whoever has had
-- the drop before comes first, whatever excluded that person now: the rest of a household is not written to because its first member was.
INSERT INTO excluded (customer_key, reason, duplicate_of)
SELECT customer_key, @reason, stays
FROM (SELECT c.customer_key, c.failed = 0 AND e.reason IS NULL AS still_in, row_number() OVER same AS place, first_value(c.customer_key) OVER same AS stays
      FROM candidate c LEFT JOIN excluded e USING (customer_key) LEFT JOIN had_it h USING (customer_key)
      WHERE c.match_3 IS NOT NULL AND (c.failed = 0 AND e.reason IS NULL OR h.customer_key IS NOT NULL)
      WINDOW same AS (PARTITION BY c.match_3 ORDER BY h.customer_key IS NULL, c.survivor, c.customer_key)) ranked
WHERE place > 1 AND still_in
