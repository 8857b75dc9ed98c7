-- Mailings that still have somebody to send to, with the mailbox providers of these people.
SELECT m.mailing_id, m.campaign, m.channel, m.definition::text AS definition, array_agg(DISTINCT c.provider) AS providers
FROM engine.mailing m
JOIN engine.send_chunk c ON c.mailing_id = m.mailing_id AND (c.next_ordinal <= c.last_ordinal OR c.owner IS NOT NULL OR c.retry_at IS NOT NULL)
WHERE m.mailing_id = ANY (@mailings) AND m.state IN ('running', 'paused')
GROUP BY m.mailing_id
