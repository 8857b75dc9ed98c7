-- Messages accepted since then that bounced or that somebody complained about, by mailing, mailbox provider and the time of their acceptance.
SELECT e.mailing_id, c.provider, e.kind, date_bin(@slot, o.at, 'epoch') AS slot, count(DISTINCT e.ordinal) AS messages
FROM engine.event e
JOIN engine.send_outcome o ON o.mailing_id = e.mailing_id AND o.ordinal = e.ordinal AND o.outcome = 'accepted' AND o.at > @since
JOIN engine.send_chunk c ON c.mailing_id = e.mailing_id AND e.ordinal BETWEEN c.first_ordinal AND c.last_ordinal
WHERE e.kind IN ('bounce', 'complaint') AND e.at > @since
GROUP BY e.mailing_id, c.provider, e.kind, slot
