-- The candidates with the one reason of each; whom a condition left out is in the list already, unless match keys made candidates of all.
INSERT INTO engine.list_person (list_id, customer_key, reason, condition, duplicate_of, address, recipient_key, cell, time_zone, reach)
SELECT @list, c.customer_key,
       CASE WHEN c.failed > 0 THEN 'condition' WHEN e.reason IS NOT NULL THEN e.reason
            WHEN c.control_share < @holdout THEN 'control' ELSE 'contact' END,
       nullif(c.failed, 0), e.duplicate_of, c.address, c.recipient_key,
       CASE WHEN c.failed > 0 OR e.reason IS NOT NULL THEN NULL WHEN c.control_share < @holdout THEN 'control' ELSE c.cell END,
       c.time_zone, c.reach
FROM candidate c LEFT JOIN excluded e USING (customer_key)
