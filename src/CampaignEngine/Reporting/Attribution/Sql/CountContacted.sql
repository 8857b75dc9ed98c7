-- People whom a campaign contacted, from the contacts that the snapshot kept.
SELECT count(DISTINCT customer_key) FROM report_item WHERE sent AND NOT control
