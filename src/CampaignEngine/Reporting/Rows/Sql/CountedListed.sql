-- Everybody of the list that the campaign's first mailing was frozen from, or those whom one reason decided.
SELECT p.customer_key AS customer, p.cell, NULL::text AS drop, NULL::timestamptz AS contacted_at, NULL::timestamptz AS at, NULL::text AS order_key, NULL::numeric AS amount
FROM engine.list_person p
WHERE p.list_id = (
    SELECT l.list_id
    FROM engine.mailing m
    JOIN engine.occurrence o USING (occurrence_id)
    JOIN engine.plan l USING (plan_id)
    WHERE m.mailing_id = ANY (@mailings)
    ORDER BY m.mailing_id
    LIMIT 1)
  AND (@reason::text IS NULL OR p.reason = @reason OR (@reason = 'net' AND p.reason IN ('contact', 'control')))
  AND (@condition::int IS NULL OR p.condition = @condition)
ORDER BY p.customer_key
