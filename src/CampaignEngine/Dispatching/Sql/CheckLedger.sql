-- What must never be, counted for one mailing. All are zero (list_hash_matches: true) unless somebody or something broke the ledger.
-- Written as set differences: they stay hashed and linear whatever the planner believes about the sizes.
WITH granted AS MATERIALIZED (
    SELECT n AS ordinal, g.attempt, g.chunk_no
    FROM engine.send_grant g
    CROSS JOIN LATERAL generate_series(lower(g.ordinals), upper(g.ordinals) - 1) AS n
    WHERE g.mailing_id = @mailing_id),
sent AS MATERIALIZED (
    SELECT ordinal, attempt, outcome FROM engine.send_outcome WHERE mailing_id = @mailing_id),
doubts AS MATERIALIZED (
    SELECT ordinal, attempt, decision FROM engine.send_doubt WHERE mailing_id = @mailing_id),
people AS MATERIALIZED (
    SELECT ordinal, recipient_key, seed FROM engine.mailing_item WHERE mailing_id = @mailing_id)
SELECT
    (SELECT count(*) FROM people) AS items,
    (SELECT count(*) FROM (
        SELECT ordinal, attempt FROM sent WHERE outcome IN ('accepted', 'rejected', 'deferred', 'not_attempted')
        EXCEPT SELECT ordinal, attempt FROM granted) AS bad) AS outcomes_without_grant,
    (SELECT count(*) FROM (SELECT ordinal FROM sent EXCEPT SELECT ordinal FROM people) AS bad) AS outcomes_without_person,
    (SELECT count(*) FROM (SELECT FROM granted GROUP BY ordinal, attempt HAVING count(*) > 1) AS bad) AS overlapping_grants,
    (SELECT count(*) FROM (
        SELECT ordinal, attempt - 1 FROM granted WHERE attempt > 1
        EXCEPT SELECT ordinal, attempt FROM sent WHERE outcome IN ('deferred', 'not_attempted')
        EXCEPT SELECT ordinal, attempt FROM doubts WHERE decision IN ('not_sent', 'resend')) AS bad) AS attempts_out_of_order,
    (SELECT count(*) FROM (
        SELECT g.ordinal, g.attempt FROM granted g
        WHERE g.chunk_no IN (SELECT chunk_no FROM engine.send_chunk WHERE mailing_id = @mailing_id AND owner IS NULL)
        EXCEPT SELECT ordinal, attempt FROM sent
        EXCEPT SELECT ordinal, attempt FROM doubts) AS bad) AS granted_to_nobody,
    (SELECT count(*) FROM (SELECT FROM people GROUP BY recipient_key HAVING count(*) > 1) AS bad) AS recipients_twice,
    (SELECT count(*) FROM (
        SELECT recipient_key FROM people WHERE NOT seed
        EXCEPT SELECT recipient_key FROM engine.contact_once WHERE mailing_id = @mailing_id) AS bad) AS recipients_unclaimed,
    (SELECT sha256(coalesce(string_agg(recipient_key, ''::bytea ORDER BY ordinal), ''::bytea)) FROM people) = m.list_hash AS list_hash_matches
FROM engine.mailing m
WHERE m.mailing_id = @mailing_id
