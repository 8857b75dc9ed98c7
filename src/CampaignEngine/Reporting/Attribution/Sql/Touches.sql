-- Every contact of the campaign that lies inside its window before a conversion, earliest first for each conversion. The contacts are those that the snapshot
-- kept; the text between the two marks is replaced by the campaign's conversion rule; as it stands, nothing converts.
SELECT v.order_key, v.at, coalesce(v.amount, 0) AS amount, i.at AS contacted_at, i.drop_name, m.channel, i.cell, i.mailing_id
FROM (/*conversion*/SELECT NULL::text, NULL::text, NULL::timestamptz, NULL::numeric WHERE false/*end*/) AS v (customer_key, order_key, at, amount)
JOIN report_item i ON i.customer_key = v.customer_key AND i.sent AND NOT i.control
                  AND v.at >= i.at AND v.at <= (i.at AT TIME ZONE 'UTC' + @window::text::interval) AT TIME ZONE 'UTC'
JOIN engine.mailing m USING (mailing_id)
ORDER BY v.order_key, i.at, i.mailing_id
