-- Which rule answered a mail. Side effect: engine.mail_inbound.
UPDATE engine.mail_inbound SET rule = @rule WHERE inbound_id = @inbound
