-- What is needed to build a mailing's messages.
SELECT mailing_id, campaign, drop_name, channel, due_at, frozen_at, definition::text AS definition, hours::text AS hours
FROM engine.mailing
WHERE mailing_id = @mailing_id
