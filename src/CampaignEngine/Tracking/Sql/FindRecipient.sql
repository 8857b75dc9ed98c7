-- The person behind an item, for finding that person's language.
SELECT customer_key FROM engine.mailing_item WHERE mailing_id = @mailing AND ordinal = @ordinal
