-- The message that each answer is about: that of its keycode or coupon, else the newest to the person by number, e-mail address or phone number that was due before the answer, of the
-- stated campaign where there is one. A coupon that many have says the campaign: the one that wrote last by then. With the answer that redeemed the same coupon before, if any.
SELECT r.response_id, coalesce(k.mailing_id, n.mailing_id) AS mailing_id, coalesce(k.ordinal, n.ordinal) AS ordinal,
       CASE WHEN k.mailing_id IS NOT NULL THEN CASE WHEN a.is_coupon THEN 'coupon' ELSE 'keycode' END ELSE n.tied_by END AS tied_by,
       CASE WHEN a.is_coupon THEN (SELECT e.response_no FROM engine.response e WHERE e.tied_by = 'coupon' AND e.mailing_id = k.mailing_id AND e.ordinal = k.ordinal) END AS redeemed_by,
       s.campaign AS coupon_campaign
FROM unnest(@ids::bigint[], @mailings::int[], @ordinals::int[], @coupons::boolean[], @emails::bytea[], @phones::bytea[], @shared::text[]) AS a (response_id, mailing_id, ordinal, is_coupon, email_key, phone_key, shared)
JOIN engine.response r USING (response_id)
LEFT JOIN LATERAL (
    SELECT c.campaign FROM engine.coupon_code c JOIN engine.mailing m USING (campaign)
    WHERE c.code = a.shared AND m.due_at <= r.at AND (r.campaign IS NULL OR c.campaign = r.campaign)
    ORDER BY m.due_at DESC, m.mailing_id DESC
    LIMIT 1) s ON true
LEFT JOIN LATERAL (
    SELECT i.mailing_id, i.ordinal FROM engine.mailing_item i JOIN engine.mailing m USING (mailing_id)
    WHERE i.mailing_id = a.mailing_id AND i.ordinal = a.ordinal AND NOT i.seed AND (r.campaign IS NULL OR m.campaign = r.campaign)) k ON true
LEFT JOIN LATERAL (
    SELECT i.mailing_id, i.ordinal, p.tied_by
    FROM (VALUES (1, 'customer'), (2, 'email'), (3, 'phone')) AS p (place, tied_by)
    JOIN LATERAL (
        SELECT i.mailing_id, i.ordinal, m.due_at
        FROM engine.mailing m JOIN engine.mailing_item i USING (mailing_id)
        WHERE NOT i.seed AND m.due_at <= r.at AND (r.campaign IS NULL OR m.campaign = r.campaign)
          AND (s.campaign IS NULL OR m.campaign = s.campaign)
          AND CASE p.tied_by WHEN 'customer' THEN i.customer_key = r.customer_key
                             WHEN 'email' THEN m.channel = 'email' AND i.recipient_key = a.email_key
                             ELSE m.channel IN ('sms', 'call') AND i.recipient_key = a.phone_key END
        ORDER BY m.due_at DESC, m.mailing_id DESC
        LIMIT 1) i ON true
    WHERE a.mailing_id IS NULL AND CASE p.tied_by WHEN 'customer' THEN r.customer_key IS NOT NULL WHEN 'email' THEN a.email_key IS NOT NULL ELSE a.phone_key IS NOT NULL END
    ORDER BY p.place
    LIMIT 1) n ON true
