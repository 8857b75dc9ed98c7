-- Keeps an answer, tied to the newest SMS that this number may have; a request that comes again changes nothing. Side effect: engine.sms_inbound.
-- Returns its number and the item; no row when it is known.
WITH item AS (
    SELECT i.mailing_id, i.ordinal
    FROM engine.mailing m JOIN engine.mailing_item i USING (mailing_id)
    WHERE m.channel = 'sms' AND i.recipient_key = @key AND m.due_at <= @at
    ORDER BY m.due_at DESC, m.mailing_id DESC
    LIMIT 1)
INSERT INTO engine.sms_inbound (route, message_id, received_at, recipient_key, address, body, action, mailing_id, ordinal)
VALUES (@route, @id, @at, @key, @address, @body, @action, (SELECT mailing_id FROM item), (SELECT ordinal FROM item))
ON CONFLICT (route, message_id) DO NOTHING
RETURNING inbound_id, mailing_id, ordinal
