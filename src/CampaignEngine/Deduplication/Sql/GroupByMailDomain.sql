-- People whose own domain is hosted by a mailbox provider that has a limit, as its MX records said. A domain that engine.yaml or the list of domains names is not among them.
UPDATE frozen f SET provider = d.provider
FROM engine.mail_domain d
WHERE f.provider IS NULL AND d.provider = ANY (@providers) AND d.domain = lower(substring(f.address FROM '[^@]*$')) AND d.domain <> ALL (@known)
