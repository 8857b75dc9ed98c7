-- Keeps reports; one that is known by its mail and place is passed over. An item that is not there belongs to a mailing this database never held: then the report
-- proves nothing. Side effect: engine.bounce. Returns what was new.
INSERT INTO engine.bounce (mail_key, place, at, proof, mailing_id, ordinal, recipient_key, class, class_group, hard, complains, status, reply_code, action, text)
SELECT a.mail_key, a.place, a.at, CASE WHEN i.ordinal IS NOT NULL THEN a.proof END, i.mailing_id, i.ordinal, coalesce(i.recipient_key, a.recipient_key),
    a.class, a.class_group, a.hard, a.complains, a.status, a.reply_code, a.action, a.text
FROM unnest(@mails::bytea[], @places::int[], @times::timestamptz[], @proofs::text[], @mailings::int[], @ordinals::int[], @recipients::bytea[], @classes::text[],
        @groups::text[], @hards::boolean[], @complaints::boolean[], @statuses::text[], @codes::smallint[], @actions::text[], @texts::text[])
    AS a (mail_key, place, at, proof, mailing_id, ordinal, recipient_key, class, class_group, hard, complains, status, reply_code, action, text)
LEFT JOIN engine.mailing_item i ON i.mailing_id = a.mailing_id AND i.ordinal = a.ordinal
ON CONFLICT (mail_key, place) DO NOTHING
RETURNING bounce_id, mail_key, place, proof, recipient_key
