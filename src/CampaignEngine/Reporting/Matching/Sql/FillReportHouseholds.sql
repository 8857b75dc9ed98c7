-- Puts people into their households. The text between the two marks is replaced by the selection of key and household of everybody in the customer table.
INSERT INTO report_household (person_key, household)
SELECT key::text, value::text
FROM (
/*values*/SELECT NULL::text AS key, NULL::text AS value WHERE false/*end*/
) AS everybody
WHERE value IS NOT NULL
