-- Who is in the mailing and when the message was accepted; then the control cell, which got nothing.
SELECT i.customer_key AS "CustomerKey", i.address AS "Address", i.cell AS "Cell", o.at AS "At"
FROM engine.mailing m JOIN engine.mailing_item i USING (mailing_id) JOIN engine.send_outcome o USING (mailing_id, ordinal)
WHERE m.campaign = @campaign AND o.outcome = 'accepted'
UNION ALL
SELECT p.customer_key, p.address, p.cell, m.due_at
FROM engine.mailing m JOIN engine.list_person p USING (list_id)
WHERE m.campaign = @campaign AND p.reason = 'control'
ORDER BY 1
