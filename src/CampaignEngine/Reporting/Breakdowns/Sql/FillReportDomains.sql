-- Puts the people of a report into groups by the domain of their mail address: that of their first e-mail, in the control cell that of the list.
INSERT INTO report_group (person_key, value)
SELECT DISTINCT ON (address.person_key) address.person_key, lower(split_part(address.address, '@', 2))
FROM (
    SELECT r.person_key, i.address, r.mailing_id
    FROM report_item r
    JOIN engine.mailing_item i ON i.mailing_id = r.mailing_id AND i.ordinal = r.ordinal
    WHERE i.mailing_id = ANY (@mailings)
    UNION ALL
    SELECT p.customer_key, p.address, m.mailing_id
    FROM engine.mailing m
    JOIN engine.list_person p USING (list_id)
    WHERE m.mailing_id = ANY (@mailings) AND p.reason = 'control'
) AS address
WHERE address.address LIKE '%@%'
ORDER BY address.person_key, address.mailing_id
