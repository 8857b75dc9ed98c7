-- Answers of files with each coupon code of the campaign, and those of them that are tied to nobody whom it wrote to.
SELECT coupon_code, count(*) AS answers, count(*) FILTER (WHERE mailing_id IS NULL) AS without
FROM engine.response
WHERE coupon_campaign = @campaign AND reacted AND at <= @as_of AND recorded_at <= @as_of
GROUP BY coupon_code
