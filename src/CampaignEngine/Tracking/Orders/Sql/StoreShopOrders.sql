-- Keeps orders; one whose number is known is passed over. Side effect: engine.shop_order. Returns what was new.
INSERT INTO engine.shop_order (source, order_no, at, kind, amount, currency, customer_key, tied_by, mailing_id, ordinal, document, content_hash)
SELECT @source, * FROM unnest(@numbers::text[], @times::timestamptz[], @kinds::text[], @amounts::numeric[], @currencies::text[], @customers::text[], @ties::text[], @mailings::int[], @ordinals::int[],
                              @documents::jsonb[], @hashes::bytea[])
ON CONFLICT (order_no) DO NOTHING
RETURNING shop_order_id, order_no
