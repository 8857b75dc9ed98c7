-- The household of everybody in the customer table, kept while one report is made.
CREATE TEMP TABLE report_household (person_key text COLLATE "C" PRIMARY KEY, household text NOT NULL) ON COMMIT DROP
