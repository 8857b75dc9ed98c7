-- Links of the newest mailings that a server does not know yet; it asks again and again, so what it knows is left out here. A mailing and its links are
-- committed together.
SELECT l.mailing_id, l.link_no, l.url
FROM engine.mailing_link l
WHERE l.mailing_id IN (SELECT m.mailing_id FROM engine.mailing m
                       WHERE m.mailing_id <> ALL (@known::int[]) AND EXISTS (SELECT FROM engine.mailing_link k WHERE k.mailing_id = m.mailing_id)
                       ORDER BY m.mailing_id DESC LIMIT @most)
