-- The revenue of each person with any, by cell: what a bootstrap draws from.
SELECT control, cell, array_agg(revenue ORDER BY revenue) AS amounts
FROM (
    SELECT control, cell, sum(revenue)::float8 AS revenue
    FROM report_item
    WHERE sent OR control
    GROUP BY control, cell, customer_key
    HAVING sum(revenue) <> 0
) AS person
GROUP BY control, cell
