-- Every link of every drop with the people who followed it, those whose clicks were a machine's counted too in the last column.
SELECT m.drop_name, l.url,
       count(DISTINCT i.customer_key) FILTER (WHERE NOT e.machine) AS clicks, count(DISTINCT i.customer_key) AS clicks_raw
FROM engine.mailing m
JOIN engine.mailing_link l USING (mailing_id)
LEFT JOIN engine.event_as_of(@as_of) e ON e.mailing_id = l.mailing_id AND e.link_no = l.link_no AND e.kind = 'click'
LEFT JOIN report_item i ON i.mailing_id = e.mailing_id AND i.ordinal = e.ordinal AND i.sent
WHERE m.mailing_id = ANY (@mailings)
GROUP BY m.drop_name, l.url
ORDER BY min(m.mailing_id), min(l.link_no)
