-- Whoever answers with this code answers the campaign; the newest definition says of which cell it is. Side effect: engine.coupon_code.
INSERT INTO engine.coupon_code (code, campaign, cell) VALUES (@code, @campaign, @cell)
ON CONFLICT (code, campaign) DO UPDATE SET cell = excluded.cell WHERE engine.coupon_code.cell IS DISTINCT FROM excluded.cell
