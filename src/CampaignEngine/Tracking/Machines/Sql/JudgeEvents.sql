-- Judges every open, click and look of the people who did something in one slice: the signs of the request as stored, and those that only the whole
-- message shows. An event whose judgement flips leaves what was believed before in engine.machine_change.
-- Side effects: engine.event, engine.machine_change. Returns how many became a machine's and how many a person's.
WITH touched AS (
    SELECT DISTINCT mailing_id, ordinal FROM engine.event WHERE event_id > @after AND event_id <= @upto AND kind IN ('open', 'click', 'view_online')
), seen AS (
    SELECT e.event_id, e.mailing_id, e.ordinal, e.kind, e.link_no, e.at, e.recorded_at, e.user_agent, e.machine, e.machine_score, e.machine_reason, e.request_score, e.request_signs
    FROM touched t
    JOIN engine.event e ON e.mailing_id = t.mailing_id AND e.ordinal = t.ordinal
    WHERE e.kind IN ('open', 'click', 'view_online')
), accepted AS (
    SELECT o.mailing_id, o.ordinal, min(o.at) AS at
    FROM touched t
    JOIN engine.send_outcome o ON o.mailing_id = t.mailing_id AND o.ordinal = t.ordinal AND o.outcome = 'accepted'
    GROUP BY o.mailing_id, o.ordinal
), linked AS (
    -- Two links within two seconds, three and more within five: a person may well open both links of a short message one after the other.
    SELECT mailing_id, count(*) AS links, CASE WHEN count(*) = 2 THEN interval '2 seconds' ELSE interval '5 seconds' END AS span
    FROM engine.mailing_link
    WHERE mailing_id IN (SELECT mailing_id FROM touched)
    GROUP BY mailing_id
    HAVING count(*) >= 2
), burst AS (
    -- For every click: how many different links it and the clicks of the following seconds cover.
    SELECT c.mailing_id, c.ordinal, c.user_agent, c.at AS began, c.at + k.span AS ended, 'all ' || k.links || ' links within ' || extract(epoch FROM k.span)::int || ' s' AS sign
    FROM linked k
    JOIN seen c ON c.mailing_id = k.mailing_id AND c.kind = 'click'
    JOIN seen d ON d.mailing_id = c.mailing_id AND d.ordinal = c.ordinal AND d.kind = 'click' AND d.at >= c.at AND d.at <= c.at + k.span
    GROUP BY c.mailing_id, c.ordinal, c.event_id, c.user_agent, c.at, k.span, k.links
    HAVING count(DISTINCT d.link_no) >= k.links
), bursting AS (
    -- Whoever follows all links fetches the pixel and the page as well.
    SELECT DISTINCT s.event_id, b.sign
    FROM burst b
    JOIN seen s ON s.mailing_id = b.mailing_id AND s.ordinal = b.ordinal
               AND CASE WHEN s.kind = 'click' THEN s.at >= b.began AND s.at <= b.ended
                        ELSE s.user_agent IS NOT DISTINCT FROM b.user_agent AND s.at >= b.began - interval '5 seconds' AND s.at <= b.ended + interval '5 seconds' END
), stepped AS (
    SELECT mailing_id, ordinal, link_no, lag(link_no) OVER w AS before, at, min(at) OVER (PARTITION BY mailing_id, ordinal) AS began
    FROM seen
    WHERE kind = 'click'
    WINDOW w AS (PARTITION BY mailing_id, ordinal ORDER BY at, event_id)
), ordered AS (
    SELECT mailing_id, ordinal, max(at) AS ended
    FROM stepped
    WHERE at <= began + interval '1 minute'
    GROUP BY mailing_id, ordinal
    HAVING count(*) >= 3 AND bool_and(before IS NULL OR link_no > before)
), opened AS (
    SELECT DISTINCT mailing_id, ordinal FROM seen WHERE kind = 'open'
), evidence AS (
    -- A judgement is as old as the newest event it rests on, whenever the sweep came by; so the same events give the same past.
    SELECT mailing_id, ordinal, max(recorded_at) AS at FROM seen GROUP BY mailing_id, ordinal
), judged AS (
    SELECT s.*, y.score, y.signs, v.at AS known_at
    FROM seen s
    JOIN evidence v ON v.mailing_id = s.mailing_id AND v.ordinal = s.ordinal
    JOIN engine.mailing m ON m.mailing_id = s.mailing_id
    LEFT JOIN accepted a ON a.mailing_id = s.mailing_id AND a.ordinal = s.ordinal
    LEFT JOIN bursting b ON b.event_id = s.event_id
    LEFT JOIN ordered r ON r.mailing_id = s.mailing_id AND r.ordinal = s.ordinal AND s.kind = 'click' AND s.at <= r.ended
    LEFT JOIN opened p ON p.mailing_id = s.mailing_id AND p.ordinal = s.ordinal
    CROSS JOIN LATERAL (
        SELECT s.request_score + coalesce(sum(g.score), 0) AS score,
               nullif(concat_ws('; ', s.request_signs, string_agg(g.sign, '; ' ORDER BY g.place)), '') AS signs
        FROM (VALUES (1, @within_2::int, CASE WHEN s.at < a.at + interval '2 seconds' THEN 'within 2 s of acceptance' END),
                     (2, @within_10, CASE WHEN s.at >= a.at + interval '2 seconds' AND s.at < a.at + interval '10 seconds' THEN 'within 10 s of acceptance' END),
                     (3, @all_links, b.sign),
                     (4, @in_order, CASE WHEN r.mailing_id IS NOT NULL THEN 'links in their order' END),
                     (5, @no_open, CASE WHEN s.kind = 'click' AND m.channel = 'email' AND p.mailing_id IS NULL THEN 'no open' END)) AS g (place, score, sign)
        WHERE g.sign IS NOT NULL AND g.score > 0) AS y
), changed AS (
    UPDATE engine.event e
    SET machine = j.score >= @threshold, machine_score = least(j.score, 32767), machine_reason = j.signs
    FROM judged j
    WHERE e.event_id = j.event_id AND (j.machine, j.machine_score, j.machine_reason) IS DISTINCT FROM (j.score >= @threshold, least(j.score, 32767)::smallint, j.signs)
    RETURNING e.event_id, e.machine AS is_machine, j.machine AS was_machine, j.machine_reason AS was_reason, j.known_at
), kept AS (
    INSERT INTO engine.machine_change (event_id, at, was_machine, was_reason, version)
    SELECT event_id, coalesce(@at::timestamptz, known_at), was_machine, was_reason, @version FROM changed WHERE is_machine <> was_machine
    ON CONFLICT (event_id, at) DO NOTHING
)
SELECT count(*) FILTER (WHERE is_machine AND NOT was_machine) AS machines, count(*) FILTER (WHERE was_machine AND NOT is_machine) AS people FROM changed
