-- Which of the people whose messages are in hand have been suppressed since they were granted.
SELECT DISTINCT s.recipient_key
FROM engine.mailing m
JOIN engine.suppression s ON s.channel = m.channel
    AND s.scope IN ('global', 'brand:' || (m.definition ->> 'brand'), 'campaign:' || m.campaign)
WHERE m.mailing_id = @mailing_id AND s.recipient_key = ANY (@keys)
