-- Answers with a coupon that many have are their campaign's, also those of people whom nobody knows. Side effect: engine.response.
UPDATE engine.response r SET coupon_code = c.code, coupon_campaign = c.campaign
FROM unnest(@ids::bigint[], @codes::text[], @campaigns::text[]) AS c (response_id, code, campaign)
WHERE r.response_id = c.response_id
