-- Everything that can be said of each contact of a campaign: whether it was made, what it cost, what came back inside the window. One row per item, and one
-- per mailing for everybody of the control cell. The text between the two marks is replaced by the campaign's conversion rule; as it stands, nothing converts.
WITH mailing AS (
    SELECT m.mailing_id, m.drop_name, m.list_id, m.unit_cost, s.started_at
    FROM engine.mailing m
    JOIN unnest(@mailings::int[], @starts::timestamptz[]) AS s (mailing_id, started_at) USING (mailing_id)
), accepted AS (
    SELECT mailing_id, ordinal, min(at) AS at, count(*) AS messages
    FROM engine.send_outcome
    WHERE mailing_id = ANY (@mailings) AND ordinal > @after AND ordinal <= @up_to AND outcome = 'accepted' AND at <= @as_of
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
    -- An event counts once it is known, and as what it was taken for then: a report as of a past day does not change when something is handed in later or
    -- judged anew. What was seen is a bit each: 1 opened, 2 by a person, 4 clicked, 8 bounced, 16 unsubscribed, 32 complained; one sum over five million events
    -- takes a third less than a column each.
    SELECT mailing_id, ordinal,
           bit_or(CASE kind WHEN 'open' THEN CASE WHEN machine THEN 1 ELSE 3 END WHEN 'click' THEN 4
                            WHEN 'bounce' THEN 8 WHEN 'unsubscribe' THEN 16 WHEN 'complaint' THEN 32 ELSE 0 END) AS seen,
           min(at) FILTER (WHERE kind = 'click' AND NOT machine) AS clicked_at,
           min(at) FILTER (WHERE kind = 'reply' AND NOT machine) AS replied_at
    FROM engine.event_as_of(@as_of)
    WHERE mailing_id = ANY (@mailings) AND ordinal > @after AND ordinal <= @up_to
    GROUP BY mailing_id, ordinal
), contact AS MATERIALIZED (
    -- sent: accepted; or in doubt and decided so, or proved by an event that only a received message can cause.
    SELECT m.mailing_id, i.ordinal, m.drop_name, coalesce(i.cell, '') AS cell, false AS control, i.customer_key, m.unit_cost,
           coalesce(a.at, d.since) AS at,
           a.at IS NOT NULL OR (d.since IS NOT NULL AND (coalesce(d.decided_sent, false) OR r.mailing_id IS NOT NULL)) AS sent,
           d.since IS NOT NULL AND a.at IS NULL AND NOT coalesce(d.decided_sent, false) AND r.mailing_id IS NULL AS in_doubt,
           coalesce(a.messages, 1) AS messages, coalesce(t.messages, 0) AS possible_duplicates,
           r.seen, r.clicked_at, r.replied_at
    FROM mailing m
    JOIN engine.mailing_item i ON i.mailing_id = m.mailing_id
    LEFT JOIN accepted a ON a.mailing_id = i.mailing_id AND a.ordinal = i.ordinal
    LEFT JOIN doubt d ON d.mailing_id = i.mailing_id AND d.ordinal = i.ordinal
    LEFT JOIN duplicate t ON t.mailing_id = i.mailing_id AND t.ordinal = i.ordinal
    LEFT JOIN reaction r ON r.mailing_id = i.mailing_id AND r.ordinal = i.ordinal
    WHERE i.mailing_id = ANY (@mailings) AND i.ordinal > @after AND i.ordinal <= @up_to AND NOT i.seed
    UNION ALL
    -- The control cell: never contacted, measured from the start of each mailing. Negative ordinals are nobody's.
    SELECT m.mailing_id, -row_number() OVER (PARTITION BY m.mailing_id)::int, m.drop_name, '', true, p.customer_key, 0,
           m.started_at, false, false, 0, 0, NULL, NULL, NULL
    FROM mailing m
    JOIN engine.list_person p ON p.list_id = m.list_id AND p.reason = 'control'
    WHERE p.list_id = ANY (@lists) AND @with_control
), conversion (customer_key, order_key, at, amount) AS (
    /*conversion*/SELECT NULL::text, NULL::text, NULL::timestamptz, NULL::numeric WHERE false/*end*/
), buyer AS MATERIALIZED (
    -- IS TRUE: one pass with a hash of the buyers, where a join would sort everybody.
    SELECT mailing_id, ordinal, customer_key, at FROM contact WHERE (customer_key IN (SELECT customer_key FROM conversion)) IS TRUE AND (sent OR control)
), matched AS (
    SELECT DISTINCT ON (v.order_key) c.mailing_id, c.ordinal, v.order_key, v.at, coalesce(v.amount, 0) AS amount
    FROM conversion v
    JOIN buyer c ON c.customer_key = v.customer_key
                  AND v.at >= c.at AND v.at <= (c.at AT TIME ZONE 'UTC' + @window::text::interval) AT TIME ZONE 'UTC'
    ORDER BY v.order_key, extract(epoch FROM c.at) * CASE WHEN @first_touch THEN 1 ELSE -1 END, c.mailing_id
), credited AS (
    SELECT mailing_id, ordinal, count(*) AS orders, sum(amount) AS revenue, min(at) AS first_at,
           array_agg(order_key) AS order_keys, array_agg(at) AS order_times, array_agg(amount) AS order_amounts
    FROM matched
    GROUP BY mailing_id, ordinal
)
SELECT c.drop_name, c.cell, c.control, c.customer_key, c.sent, c.in_doubt, c.messages, c.messages * c.unit_cost AS cost, c.possible_duplicates,
       c.sent AND coalesce(c.seen & 8, 0) = 0 AS delivered, c.seen & 8 <> 0 AS bounced, c.seen & 1 <> 0 AS opened_raw, c.seen & 2 <> 0 AS opened,
       c.seen & 4 <> 0 AS clicked_raw, c.clicked_at IS NOT NULL AS clicked, c.replied_at IS NOT NULL AS replied,
       c.seen & 16 <> 0 AS unsubscribed, c.seen & 32 <> 0 AS complained,
       a.responded_at IS NOT NULL AS responded,
       coalesce(k.orders, 0) AS orders, coalesce(k.revenue, 0) AS revenue,
       c.mailing_id, c.ordinal::bigint AS ordinal, c.customer_key AS person_key, c.at, a.responded_at, k.first_at AS converted_at,
       k.order_keys, k.order_times, CASE WHEN k.orders > 0 THEN array_fill(1, ARRAY[k.orders::int]) END AS order_counts, k.order_amounts
FROM contact c
LEFT JOIN credited k USING (mailing_id, ordinal)
CROSS JOIN LATERAL (
    SELECT least(CASE WHEN c.clicked_at IS NOT NULL AND c.sent AND 'click' = ANY (@counts) AND c.clicked_at <= (c.at AT TIME ZONE 'UTC' + @window::text::interval) AT TIME ZONE 'UTC' THEN c.clicked_at END,
                 CASE WHEN c.replied_at IS NOT NULL AND c.sent AND 'reply' = ANY (@counts) AND c.replied_at <= (c.at AT TIME ZONE 'UTC' + @window::text::interval) AT TIME ZONE 'UTC' THEN c.replied_at END,
                 CASE WHEN 'conversion' = ANY (@counts) THEN k.first_at END) AS responded_at
) a
