-- Coupon codes that many people have, such as SUMMER10 on a poster: of a whole campaign, or of one of its cells.
CREATE TABLE engine.coupon_code (
    code text COLLATE "C" NOT NULL CHECK (code ~ '^[A-Z0-9]+$'),    -- in capitals, without spaces and dashes
    campaign text NOT NULL,
    cell text,                                                       -- null: of the whole campaign
    PRIMARY KEY (code, campaign)
);

-- An answer with such a code is the campaign's, whether its person is known or not.
ALTER TABLE engine.response ADD COLUMN coupon_code text COLLATE "C", ADD COLUMN coupon_campaign text, ADD CHECK ((coupon_code IS NULL) = (coupon_campaign IS NULL));
DROP INDEX engine.response_untied;
CREATE INDEX response_untied ON engine.response (response_id) WHERE mailing_id IS NULL AND coupon_code IS NULL;
CREATE INDEX response_coupon_campaign ON engine.response (coupon_campaign) WHERE coupon_campaign IS NOT NULL;
