-- How many groups the people of a report are in.
SELECT count(DISTINCT value) FROM report_group
