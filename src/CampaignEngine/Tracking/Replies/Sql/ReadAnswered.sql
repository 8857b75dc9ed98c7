-- What an e-mail answer refers to: the reply's Message-ID and our message before it.
SELECT message_id, mailing_id, ordinal FROM engine.mail_inbound WHERE inbound_id = @inbound
