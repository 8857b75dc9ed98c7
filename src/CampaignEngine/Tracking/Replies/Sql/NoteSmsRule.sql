-- Which rule answered an SMS. Side effect: engine.sms_inbound.
UPDATE engine.sms_inbound SET rule = @rule WHERE inbound_id = @inbound
