-- The kept contacts as they are, for ReportRows.sql.
SELECT * FROM report_item
