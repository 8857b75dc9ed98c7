-- A tracked link: redirects go to stored addresses only.
INSERT INTO engine.mailing_link (mailing_id, link_no, url) VALUES (@mailing, @number, @url)
