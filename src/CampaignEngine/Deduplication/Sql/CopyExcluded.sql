COPY engine.mailing_excluded (mailing_id, customer_key, reason) FROM STDIN (FORMAT BINARY)
-- People of the list who cannot be in this mailing, found while their addresses were read again.
