-- What MX records said.
INSERT INTO engine.mail_domain (domain, provider, looked_up_at)
SELECT domain, provider, @now FROM unnest(@domains::text[], @providers::text[]) AS found (domain, provider) ORDER BY domain
ON CONFLICT (domain) DO UPDATE SET provider = excluded.provider, looked_up_at = excluded.looked_up_at
