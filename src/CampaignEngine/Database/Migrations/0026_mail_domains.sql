-- Who takes the mail of a domain, as its MX records said; asked for only where engine.yaml wants it (provider_lookup: mx).
CREATE TABLE engine.mail_domain (
    domain text PRIMARY KEY CHECK (domain = lower(domain)),
    provider text,                                   -- null: nobody that is known, or no MX records
    looked_up_at timestamptz NOT NULL
);
