-- START: lifts what STOP set; an unsubscription by link, a complaint or an operator's entry stays. Side effect: engine.suppression.
DELETE FROM engine.suppression WHERE recipient_key = @key AND channel = 'sms' AND scope = 'global' AND reason = 'stop'
