-- Ties answers to their messages, and makes an event of each that is a reaction: one an answer, however often it is imported. Side effects: engine.response, engine.event.
WITH tied AS (
    UPDATE engine.response r SET mailing_id = t.mailing_id, ordinal = t.ordinal, tied_by = t.tied_by
    FROM unnest(@ids::bigint[], @mailings::int[], @ordinals::int[], @ties::text[]) AS t (response_id, mailing_id, ordinal, tied_by)
    WHERE r.response_id = t.response_id
    RETURNING r.response_no, r.at, r.reacted, r.mailing_id, r.ordinal, r.kind, r.result
)
INSERT INTO engine.event (mailing_id, ordinal, kind, at, user_agent, event_key)
SELECT mailing_id, ordinal, 'reply', at, left(concat_ws(' ', kind, result), 256), 'response:' || response_no
FROM tied
WHERE reacted
ON CONFLICT (event_key) DO NOTHING
