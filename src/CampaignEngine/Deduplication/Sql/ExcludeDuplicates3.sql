-- Of the people still in who share key 3 of audience.dedupe the first by survivor order stays, then the smallest key. Whoever has had
-- the mailing already comes before all others: the rest of a household is not written to because its first member was.
INSERT INTO excluded (customer_key, reason, duplicate_of)
SELECT customer_key, @reason, stays
FROM (SELECT c.customer_key, e.reason AS out_already, row_number() OVER same AS place, first_value(c.customer_key) OVER same AS stays
      FROM candidate c LEFT JOIN excluded e USING (customer_key)
      WHERE c.failed = 0 AND c.match_3 IS NOT NULL AND (e.reason IS NULL OR e.reason = 'already_contacted')
      WINDOW same AS (PARTITION BY c.match_3 ORDER BY e.reason NULLS LAST, c.survivor, c.customer_key)) ranked
WHERE place > 1 AND out_already IS NULL
