-- Freezes of one message wait for each other, so that two copies of a campaign launched at once cannot both reach a person.
SELECT pg_advisory_xact_lock(hashtextextended(encode(@content, 'hex'), 6203))
