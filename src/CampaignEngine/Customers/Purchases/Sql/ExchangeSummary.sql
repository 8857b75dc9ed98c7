-- Puts the new summary in the old one's place, with the query role's grant.
ALTER TABLE engine.purchase_summary_next ADD CONSTRAINT purchase_summary_next_pkey PRIMARY KEY (customer_key);
ANALYZE engine.purchase_summary_next;
DROP TABLE IF EXISTS engine.purchase_summary;
ALTER TABLE engine.purchase_summary_next RENAME TO purchase_summary;
ALTER TABLE engine.purchase_summary RENAME CONSTRAINT purchase_summary_next_pkey TO purchase_summary_pkey;
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'campaign_query') THEN
        GRANT SELECT ON engine.purchase_summary TO campaign_query;
    END IF;
END $$;
