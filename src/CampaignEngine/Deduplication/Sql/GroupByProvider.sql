-- People whose mailbox provider has a limit of its own; the address ends in the domain's ASCII form.
UPDATE frozen f SET provider = p.provider
FROM unnest(@domains::text[], @providers::text[]) AS p (domain, provider)
WHERE lower(substring(f.address FROM '[^@]*$')) = p.domain
