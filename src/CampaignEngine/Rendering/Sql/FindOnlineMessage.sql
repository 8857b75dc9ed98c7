-- One item of a mailing with what its message is made from, for the page that shows it again. Changes nothing.
SELECT m.definition::text, m.due_at, m.channel, i.customer_key, i.cell
FROM engine.mailing_item i
JOIN engine.mailing m USING (mailing_id)
WHERE i.mailing_id = @mailing AND i.ordinal = @ordinal
