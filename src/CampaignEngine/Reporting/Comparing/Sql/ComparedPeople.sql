-- The people contacted by a campaign, by what may explain how they answered: the list they came from (or another group), and of their first contact the offer of their
-- cell, the message, and the time. The offer is the cell's variable of that name, else all its variables, else the cell; the message is its subject and words.
WITH first_contact AS (
    -- The remainder of a test has the offer of the winner.
    SELECT DISTINCT ON (i.customer_key) i.customer_key, i.person_key, i.mailing_id, CASE WHEN i.cell = 'remainder' THEN coalesce(m.definition ->> 'winner', i.cell) ELSE i.cell END AS cell, i.at
    FROM report_item i
    LEFT JOIN engine.mailing m USING (mailing_id)
    WHERE i.sent AND NOT i.control
    ORDER BY i.customer_key, i.at, i.mailing_id
), person AS (
    SELECT customer_key, bool_or(responded) AS responded, sum(orders) > 0 AS converted
    FROM report_item
    WHERE NOT control
    GROUP BY customer_key
)
SELECT coalesce(g.value, '') AS list,
       coalesce(m.definition -> 'cell_vars' -> c.cell ->> 'offer', (m.definition -> 'cell_vars' -> c.cell)::text, c.cell) AS offer,
       coalesce(md5(concat_ws(' ', m.channel, m.definition ->> 'subject', m.definition ->> 'preheader', m.definition ->> 'html', m.definition ->> 'text', m.definition ->> 'partials')), '') AS creative,
       coalesce(to_char(c.at AT TIME ZONE @zone, 'ID') || ' ' || (extract(hour FROM c.at AT TIME ZONE @zone)::int / 6), '') AS timing,
       count(*) AS people, count(*) FILTER (WHERE p.responded) AS responses, count(*) FILTER (WHERE p.converted) AS conversions
FROM first_contact c
JOIN person p USING (customer_key)
LEFT JOIN report_group g ON g.person_key = c.person_key
LEFT JOIN engine.mailing m ON m.mailing_id = c.mailing_id
GROUP BY 1, 2, 3, 4
