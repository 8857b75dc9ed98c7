-- Answers that the import of this transaction brought and that no message was found for yet.
SELECT response_id, response_no, keycode, coupon, email, phone FROM engine.response WHERE mailing_id IS NULL AND coupon_code IS NULL AND response_id > @after ORDER BY response_id LIMIT @count
