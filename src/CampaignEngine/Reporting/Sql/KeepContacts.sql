-- Keeps the contacts of a report in report_item. The text between the two marks is replaced by LiveContacts.sql or PastContacts.sql; as it stands, nobody is kept.
INSERT INTO report_item
SELECT drop_name, cell, control, customer_key, sent, in_doubt, messages, cost, possible_duplicates, delivered, bounced, opened_raw, opened, clicked_raw, clicked,
       replied, unsubscribed, complained, responded, orders, revenue, mailing_id, ordinal, person_key, at, responded_at, converted_at,
       order_keys, order_times, order_counts, order_amounts
FROM (
/*contacts*/SELECT * FROM report_item WHERE false/*end*/
) AS contact
