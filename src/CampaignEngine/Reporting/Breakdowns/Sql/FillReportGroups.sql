-- Puts the people of a report into groups. The text between the two marks is replaced by the selection of key and value of everybody in the customer table.
INSERT INTO report_group (person_key, value)
SELECT key::text, value::text
FROM (
/*values*/SELECT NULL::text AS key, NULL::text AS value WHERE false/*end*/
) AS everybody
WHERE value IS NOT NULL AND key::text IN (SELECT person_key FROM report_item)
