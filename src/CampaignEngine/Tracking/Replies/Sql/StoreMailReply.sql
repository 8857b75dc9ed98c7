-- Keeps what a person wrote by mail, tied to the item that it proves, else to the newest e-mail that its address may have. A mail that comes again changes nothing; one
-- from nobody we wrote to is kept only where it was sent to an address for replies. Side effect: engine.mail_inbound. Returns one row.
WITH item AS (
    (SELECT i.mailing_id, i.ordinal FROM engine.mailing_item i WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal)
    UNION ALL
    (SELECT i.mailing_id, i.ordinal
     FROM engine.mailing m JOIN engine.mailing_item i USING (mailing_id)
     WHERE @mailing IS NULL AND @addressed AND m.channel = 'email' AND i.recipient_key = @key AND m.due_at <= @at
     ORDER BY m.due_at DESC, m.mailing_id DESC
     LIMIT 1)
), stored AS (
    INSERT INTO engine.mail_inbound (mail_key, received_at, recipient_key, address, subject, body, message_id, proof, action, mailing_id, ordinal)
    SELECT @mail, @at, @key, @address, @subject, @body, @message_id, CASE WHEN i.mailing_id IS NOT NULL AND @mailing IS NOT NULL THEN @proof END, @action, i.mailing_id, i.ordinal
    FROM (VALUES (1)) AS one LEFT JOIN item i ON true
    WHERE i.mailing_id IS NOT NULL OR @kept
    ON CONFLICT (mail_key) DO NOTHING
    RETURNING inbound_id, mailing_id, ordinal
)
SELECT s.inbound_id, s.mailing_id, s.ordinal, m.campaign, m.definition ->> 'sender' AS sender, EXISTS (SELECT FROM engine.mail_inbound WHERE mail_key = @mail) AS known
FROM (VALUES (1)) AS one LEFT JOIN stored s ON true LEFT JOIN engine.mailing m USING (mailing_id)
