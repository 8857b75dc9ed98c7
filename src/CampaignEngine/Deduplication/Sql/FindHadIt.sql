-- People who are in an earlier mailing of this drop, of one with the very same message, or of another campaign's drop in the same scope.
-- The mailings come first and each is read by itself (LATERAL, OFFSET 0), so that the items of all other campaigns stay unread.
CREATE TEMPORARY TABLE had_it (customer_key text COLLATE "C" PRIMARY KEY) ON COMMIT DROP;
WITH own AS MATERIALIZED (
    SELECT mailing_id FROM engine.mailing WHERE campaign = @campaign AND drop_name = @drop OR content_hash = @content),
scope AS MATERIALIZED (
    SELECT scope_id, mailing_id FROM engine.contact_once
    WHERE scope_id = (SELECT scope_id FROM engine.contact_scope WHERE scope = @scope) AND mailing_id NOT IN (SELECT mailing_id FROM own)
    GROUP BY 1, 2)
INSERT INTO had_it
SELECT i.customer_key
FROM own m CROSS JOIN LATERAL (SELECT customer_key FROM engine.mailing_item WHERE mailing_id = m.mailing_id OFFSET 0) i
UNION
SELECT i.customer_key
FROM scope m CROSS JOIN LATERAL (
    SELECT p.customer_key FROM engine.mailing_item p
    JOIN engine.contact_once o ON o.scope_id = m.scope_id AND o.mailing_id = m.mailing_id AND o.recipient_key = p.recipient_key
    WHERE p.mailing_id = m.mailing_id OFFSET 0) i
