-- What proves a statement of consent, where more than its source is known; see GrantByOptIn.sql.
ALTER TABLE crm.consents ADD COLUMN evidence jsonb;
