-- In whose hands the rest of some mailings is, and when what nobody holds may be taken up: why a mailing moves or does not.
SELECT m.mailing_id, m.state, m.due_at, m.expires_at,
       count(*) FILTER (WHERE c.owner IS NOT NULL AND c.lease_until > now()) AS held,
       count(*) FILTER (WHERE c.owner IS NOT NULL AND c.lease_until <= now()) AS silent,
       count(*) FILTER (WHERE c.owner IS NULL AND ((c.next_ordinal <= c.last_ordinal AND c.not_before <= now()) OR c.retry_at <= now())) AS free,
       min(c.not_before) FILTER (WHERE c.owner IS NULL AND c.next_ordinal <= c.last_ordinal AND c.not_before > now()) AS opens_at,
       min(c.retry_at) FILTER (WHERE c.owner IS NULL AND c.retry_at > now()) AS retry_at,
       now() AS read_at
FROM engine.mailing m
LEFT JOIN engine.send_chunk c ON c.mailing_id = m.mailing_id AND (c.next_ordinal <= c.last_ordinal OR c.owner IS NOT NULL OR c.retry_at IS NOT NULL)
WHERE m.mailing_id = ANY (@mailings)
GROUP BY m.mailing_id
