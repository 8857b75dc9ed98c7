-- Whose keycodes these are. Seeds are nobody's.
SELECT k.mailing_id, k.ordinal, i.customer_key
FROM unnest(@mailings::int[], @ordinals::int[]) AS k (mailing_id, ordinal)
JOIN engine.mailing_item i USING (mailing_id, ordinal)
WHERE NOT i.seed
