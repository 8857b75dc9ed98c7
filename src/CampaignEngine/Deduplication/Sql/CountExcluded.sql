-- People of the list who are not in the mailing.
SELECT count(*) FROM engine.mailing_excluded WHERE mailing_id = @mailing
