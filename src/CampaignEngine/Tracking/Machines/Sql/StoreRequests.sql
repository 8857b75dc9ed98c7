-- The signs of requests under other rules than when they came. Side effect: engine.event.
UPDATE engine.event e
SET request_score = r.score, request_signs = r.signs
FROM unnest(@ids::bigint[], @scores::smallint[], @signs::text[]) AS r (event_id, score, signs)
WHERE e.event_id = r.event_id AND (e.request_score, e.request_signs) IS DISTINCT FROM (r.score, r.signs)
