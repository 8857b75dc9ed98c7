-- The campaign of a mailing, for whom is in charge of it.
SELECT campaign FROM engine.mailing WHERE mailing_id = @mailing
