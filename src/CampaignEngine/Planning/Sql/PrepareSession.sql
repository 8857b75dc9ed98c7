-- Memory for the sorts and indexes of one list; for this transaction only.
SET LOCAL work_mem = '256MB';
SET LOCAL maintenance_work_mem = '512MB';
