-- How often the people of a month were contacted; messages in doubt count, our own seed addresses do not.
SELECT count(*) AS people, coalesce(sum(contacts), 0)::bigint AS contacts, coalesce(max(contacts), 0) AS most
FROM (
    SELECT customer_key, count(*) AS contacts
    FROM engine.contact_history
    WHERE contacted_at >= @from AND contacted_at < @until AND contacted_at <= @as_of AND NOT seed
    GROUP BY customer_key
) AS person
