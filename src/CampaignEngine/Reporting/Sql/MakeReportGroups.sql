-- The group that each person of a report belongs to, by the key in the customer database; whoever is not in it has no value.
CREATE TEMP TABLE report_group (
    person_key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL
) ON COMMIT DROP
