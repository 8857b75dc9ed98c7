-- Everything a campaign report shows, recomputed from single contacts; nothing is read from counters. One row per cell and drop, per drop, per cell and for
-- the whole campaign (level 0, 1, 2, 3 by the bits of grouping()); a person counts once in each. The text between the two marks is replaced by the contacts
-- of the campaign: LiveContacts.sql or PastContacts.sql, or what a snapshot kept of them: KeptContacts.sql or GroupedContacts.sql.
WITH touch AS NOT MATERIALIZED (
    SELECT drop_name, cell, control, customer_key, sent, in_doubt, messages, cost, possible_duplicates, delivered, bounced, opened_raw, opened, clicked_raw, clicked,
           replied, unsubscribed, complained, responded, orders, revenue
    FROM (
/*contacts*/SELECT ''::text AS drop_name, ''::text AS cell, false AS control, ''::text AS customer_key, false AS sent, false AS in_doubt, 0::bigint AS messages,
                   0::numeric AS cost, 0::bigint AS possible_duplicates, false AS delivered, false AS bounced, false AS opened_raw, false AS opened,
                   false AS clicked_raw, false AS clicked, false AS replied, false AS unsubscribed, false AS complained, false AS responded,
                   0::bigint AS orders, 0::numeric AS revenue
            WHERE false/*end*/
    ) AS contact
), person AS (
    SELECT grouping(cell, drop_name) AS level, control, cell, drop_name,
           bool_or(sent) AS contacted, bool_or(in_doubt) AS in_doubt, sum(messages) FILTER (WHERE sent) AS messages,
           sum(possible_duplicates) AS possible_duplicates,
           bool_or(delivered) AS delivered, bool_or(bounced) AS bounced,
           bool_or(opened_raw) AS opened_raw, bool_or(opened) AS opened, bool_or(clicked_raw) AS clicked_raw, bool_or(clicked) AS clicked,
           bool_or(replied) AS replied, bool_or(unsubscribed) AS unsubscribed, bool_or(complained) AS complained,
           bool_or(responded) AS responded,
           sum(orders) AS orders, sum(revenue) AS revenue, sum(cost) FILTER (WHERE sent) AS cost
    FROM touch
    WHERE NOT @one_mailing
    GROUP BY GROUPING SETS ((control, cell, drop_name, customer_key), (control, cell, customer_key), (control, drop_name, customer_key), (control, customer_key))
    UNION ALL
    -- In a single mailing everybody stands once, so an item is a person on every level: four times less to group.
    SELECT NULL, control, cell, drop_name, sent, in_doubt, CASE WHEN sent THEN messages END, possible_duplicates, delivered, bounced,
           opened_raw, opened, clicked_raw, clicked, replied, unsubscribed, complained,
           responded, orders, revenue, CASE WHEN sent THEN cost END
    FROM touch
    WHERE @one_mailing
), counted AS (
    -- Everybody once into a handful of rows; what is added up further are those.
    SELECT level, control, cell, drop_name,
           count(*) AS people,
           count(*) FILTER (WHERE contacted) AS contacted,
           count(*) FILTER (WHERE in_doubt AND NOT contacted) AS in_doubt,
           sum(messages) AS messages,
           sum(possible_duplicates) AS possible_duplicates,
           count(*) FILTER (WHERE contacted AND delivered) AS delivered,
           count(*) FILTER (WHERE contacted AND bounced) AS bounced,
           count(*) FILTER (WHERE contacted AND opened_raw) AS opens_raw,
           count(*) FILTER (WHERE contacted AND opened) AS opens,
           count(*) FILTER (WHERE contacted AND clicked_raw) AS clicks_raw,
           count(*) FILTER (WHERE contacted AND clicked) AS clicks,
           count(*) FILTER (WHERE contacted AND replied) AS replies,
           count(*) FILTER (WHERE contacted AND unsubscribed) AS unsubscribes,
           count(*) FILTER (WHERE contacted AND complained) AS complaints,
           count(*) FILTER (WHERE responded) AS responses,
           count(*) FILTER (WHERE orders > 0) AS conversions,
           sum(orders) AS orders,
           sum(revenue) AS revenue,
           sum(revenue * revenue) FILTER (WHERE revenue <> 0) AS revenue_squares,
           sum(cost) AS cost
    FROM person
    GROUP BY level, control, cell, drop_name
)
SELECT coalesce(level, grouping(cell, drop_name)) AS level, control, cell, drop_name,
       sum(people)::bigint AS people,
       sum(contacted)::bigint AS contacted,
       sum(in_doubt)::bigint AS in_doubt,
       coalesce(sum(messages), 0)::bigint AS messages,
       sum(possible_duplicates)::bigint AS possible_duplicates,
       sum(delivered)::bigint AS delivered,
       sum(bounced)::bigint AS bounced,
       sum(opens_raw)::bigint AS opens_raw,
       sum(opens)::bigint AS opens,
       sum(clicks_raw)::bigint AS clicks_raw,
       sum(clicks)::bigint AS clicks,
       sum(replies)::bigint AS replies,
       sum(unsubscribes)::bigint AS unsubscribes,
       sum(complaints)::bigint AS complaints,
       sum(responses)::bigint AS responses,
       sum(conversions)::bigint AS conversions,
       coalesce(sum(orders), 0)::bigint AS orders,
       coalesce(sum(revenue), 0) AS revenue,
       coalesce(sum(revenue_squares), 0) AS revenue_squares,
       coalesce(sum(cost), 0) AS cost
FROM counted
GROUP BY GROUPING SETS ((level, control, cell, drop_name), (level, control, cell), (level, control, drop_name), (level, control))
-- People that were grouped above already carry their level and take no further sums.
HAVING level IS NULL OR grouping(cell, drop_name) = 0
ORDER BY 1, control, cell, drop_name
