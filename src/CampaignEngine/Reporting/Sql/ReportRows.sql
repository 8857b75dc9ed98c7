-- Everything a campaign report shows, recomputed from the ledger, the events and the orders; nothing is read from counters. One row per cell and drop,
-- per drop, per cell and for the whole campaign (level 0, 1, 2, 3 by the bits of grouping()); a person counts once in each.
-- The text between the two marks is replaced by the campaign's conversion rule; as it stands, nothing converts.
WITH mailing AS (
    SELECT m.mailing_id, m.drop_name, m.list_id, m.unit_cost, s.started_at
    FROM engine.mailing m
    JOIN unnest(@mailings::int[], @starts::timestamptz[]) AS s (mailing_id, started_at) USING (mailing_id)
), accepted AS (
    SELECT mailing_id, ordinal, min(at) AS at, count(*) AS messages
    FROM engine.send_outcome
    WHERE mailing_id = ANY (@mailings) AND outcome = 'accepted' AND at <= @as_of
    GROUP BY mailing_id, ordinal
), doubt AS (
    SELECT mailing_id, ordinal, min(since) AS since, bool_or(decision = 'sent' AND decided_at <= @as_of) AS decided_sent
    FROM engine.send_doubt
    WHERE mailing_id = ANY (@mailings) AND since <= @as_of AND (decision IS DISTINCT FROM 'not_sent' OR decided_at > @as_of)
    GROUP BY mailing_id, ordinal
), duplicate AS (
    SELECT mailing_id, ordinal, count(*) AS messages
    FROM engine.possible_duplicate
    WHERE mailing_id = ANY (@mailings) AND at <= @as_of
    GROUP BY mailing_id, ordinal
), reaction AS (
    -- An event counts once it is known: a report as of a past day does not change when something is handed in later.
    SELECT mailing_id, ordinal,
           bool_or(kind = 'open') AS opened_raw, bool_or(kind = 'open' AND NOT machine) AS opened,
           bool_or(kind = 'click') AS clicked_raw, min(at) FILTER (WHERE kind = 'click' AND NOT machine) AS clicked_at,
           min(at) FILTER (WHERE kind = 'reply' AND NOT machine) AS replied_at,
           bool_or(kind = 'bounce') AS bounced, bool_or(kind = 'unsubscribe') AS unsubscribed, bool_or(kind = 'complaint') AS complained
    FROM engine.event
    WHERE mailing_id = ANY (@mailings) AND at <= @as_of AND recorded_at <= @as_of
    GROUP BY mailing_id, ordinal
), contact AS MATERIALIZED (
    -- sent: accepted; or in doubt and decided so, or proved by an event that only a received message can cause.
    SELECT m.mailing_id, i.ordinal, m.drop_name, coalesce(i.cell, '') AS cell, false AS control, i.customer_key, m.unit_cost,
           coalesce(a.at, d.since) AS at,
           a.at IS NOT NULL OR (d.since IS NOT NULL AND (coalesce(d.decided_sent, false) OR r.mailing_id IS NOT NULL)) AS sent,
           d.since IS NOT NULL AND a.at IS NULL AND NOT coalesce(d.decided_sent, false) AND r.mailing_id IS NULL AS in_doubt,
           coalesce(a.messages, 1) AS messages, coalesce(t.messages, 0) AS possible_duplicates,
           r.opened_raw, r.opened, r.clicked_raw, r.clicked_at, r.replied_at, r.bounced, r.unsubscribed, r.complained
    FROM mailing m
    JOIN engine.mailing_item i ON i.mailing_id = m.mailing_id
    LEFT JOIN accepted a ON a.mailing_id = i.mailing_id AND a.ordinal = i.ordinal
    LEFT JOIN doubt d ON d.mailing_id = i.mailing_id AND d.ordinal = i.ordinal
    LEFT JOIN duplicate t ON t.mailing_id = i.mailing_id AND t.ordinal = i.ordinal
    LEFT JOIN reaction r ON r.mailing_id = i.mailing_id AND r.ordinal = i.ordinal
    WHERE i.mailing_id = ANY (@mailings) AND NOT i.seed
    UNION ALL
    -- The control cell: never contacted, measured from the start of each mailing. Negative ordinals are nobody's.
    SELECT m.mailing_id, -row_number() OVER (PARTITION BY m.mailing_id)::int, m.drop_name, '', true, p.customer_key, 0,
           m.started_at, false, false, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM mailing m
    JOIN engine.list_person p ON p.list_id = m.list_id AND p.reason = 'control'
), conversion (customer_key, order_key, at, amount) AS (
    /*conversion*/SELECT NULL::text, NULL::text, NULL::timestamptz, NULL::numeric WHERE false/*end*/
), matched AS (
    SELECT DISTINCT ON (v.order_key) c.mailing_id, c.ordinal, coalesce(v.amount, 0) AS amount
    FROM conversion v
    JOIN contact c ON c.customer_key = v.customer_key AND (c.sent OR c.control)
                  AND v.at >= c.at AND v.at <= (c.at AT TIME ZONE 'UTC' + @window::text::interval) AT TIME ZONE 'UTC'
    ORDER BY v.order_key, extract(epoch FROM c.at) * CASE WHEN @first_touch THEN 1 ELSE -1 END, c.mailing_id
), credited AS (
    SELECT mailing_id, ordinal, count(*) AS orders, sum(amount) AS revenue FROM matched GROUP BY mailing_id, ordinal
), judged AS (
    SELECT c.*, coalesce(k.orders, 0) AS orders, coalesce(k.revenue, 0) AS revenue,
           c.sent AND 'click' = ANY (@counts) AND c.clicked_at <= (c.at AT TIME ZONE 'UTC' + @window::text::interval) AT TIME ZONE 'UTC' AS answered_by_click,
           c.sent AND 'reply' = ANY (@counts) AND c.replied_at <= (c.at AT TIME ZONE 'UTC' + @window::text::interval) AT TIME ZONE 'UTC' AS answered_by_reply
    FROM contact c
    LEFT JOIN credited k USING (mailing_id, ordinal)
), person AS (
    SELECT grouping(cell, drop_name) AS level, control, cell, drop_name,
           bool_or(sent) AS contacted, bool_or(in_doubt) AS in_doubt, sum(messages) FILTER (WHERE sent) AS messages,
           sum(possible_duplicates) AS possible_duplicates,
           bool_or(sent AND bounced IS NOT TRUE) AS delivered, bool_or(bounced) AS bounced,
           bool_or(opened_raw) AS opened_raw, bool_or(opened) AS opened, bool_or(clicked_raw) AS clicked_raw, bool_or(clicked_at IS NOT NULL) AS clicked,
           bool_or(replied_at IS NOT NULL) AS replied, bool_or(unsubscribed) AS unsubscribed, bool_or(complained) AS complained,
           bool_or(coalesce(answered_by_click, false) OR coalesce(answered_by_reply, false) OR ('conversion' = ANY (@counts) AND orders > 0)) AS responded,
           sum(orders) AS orders, sum(revenue) AS revenue, sum(messages * unit_cost) FILTER (WHERE sent) AS cost
    FROM judged
    WHERE NOT @one_mailing
    GROUP BY GROUPING SETS ((control, cell, drop_name, customer_key), (control, cell, customer_key), (control, drop_name, customer_key), (control, customer_key))
    UNION ALL
    -- In a single mailing everybody stands once, so an item is a person on every level: four times less to group.
    SELECT NULL, control, cell, drop_name, sent, in_doubt, CASE WHEN sent THEN messages END, possible_duplicates, sent AND bounced IS NOT TRUE, bounced,
           opened_raw, opened, clicked_raw, clicked_at IS NOT NULL, replied_at IS NOT NULL, unsubscribed, complained,
           coalesce(answered_by_click, false) OR coalesce(answered_by_reply, false) OR ('conversion' = ANY (@counts) AND orders > 0),
           orders, revenue, CASE WHEN sent THEN messages * unit_cost END
    FROM judged
    WHERE @one_mailing
)
SELECT coalesce(level, grouping(cell, drop_name)) AS level, control, cell, drop_name,
       count(*) AS people,
       count(*) FILTER (WHERE contacted) AS contacted,
       count(*) FILTER (WHERE in_doubt AND NOT contacted) AS in_doubt,
       coalesce(sum(messages), 0)::bigint AS messages,
       sum(possible_duplicates)::bigint AS possible_duplicates,
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
       coalesce(sum(orders), 0)::bigint AS orders,
       coalesce(sum(revenue), 0) AS revenue,
       coalesce(sum(revenue * revenue), 0) AS revenue_squares,
       coalesce(sum(cost), 0) AS cost
FROM person
GROUP BY GROUPING SETS ((level, control, cell, drop_name), (level, control, cell), (level, control, drop_name), (level, control))
-- People that were grouped above already carry their level and take no further sums.
HAVING level IS NULL OR grouping(cell, drop_name) = 0
ORDER BY 1, control, cell, drop_name
