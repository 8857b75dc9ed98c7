-- All links of one mailing: the only addresses a click may be sent to.
SELECT link_no, url FROM engine.mailing_link WHERE mailing_id = @mailing
