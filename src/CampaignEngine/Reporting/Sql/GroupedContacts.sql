-- The kept contacts with the group of their person in place of the cell, so that groups are counted exactly as cells are.
SELECT i.drop_name, coalesce(g.value, '') AS cell, i.control, i.customer_key, i.sent, i.in_doubt, i.messages, i.cost, i.possible_duplicates, i.delivered, i.bounced,
       i.opened_raw, i.opened, i.clicked_raw, i.clicked, i.replied, i.unsubscribed, i.complained, i.responded, i.orders, i.revenue,
       i.order_keys
FROM report_item i
LEFT JOIN report_group g USING (person_key)
