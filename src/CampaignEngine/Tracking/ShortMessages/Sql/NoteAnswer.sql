-- What became of our answer to an inbound SMS. Side effect: engine.sms_inbound.
UPDATE engine.sms_inbound SET answered = @answered WHERE inbound_id = @inbound
