-- Our other campaigns with a contact that could lie before a conversion of this one: somebody of this campaign is in a mailing of theirs. Windows are looked at
-- when their contacts are read.
SELECT DISTINCT o.campaign
FROM engine.mailing o
WHERE o.campaign <> @campaign AND o.due_at <= @as_of
  AND EXISTS (SELECT FROM engine.mailing_item theirs
              JOIN report_item ours ON ours.customer_key = theirs.customer_key AND ours.sent AND NOT ours.control
              WHERE theirs.mailing_id = o.mailing_id AND NOT theirs.seed)
ORDER BY o.campaign
