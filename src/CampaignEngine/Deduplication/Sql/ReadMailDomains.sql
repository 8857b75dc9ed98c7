-- Domains hosted by mailbox providers that have a limit, as their MX records said: those that GroupByMailDomain would find.
SELECT domain, provider FROM engine.mail_domain WHERE provider = ANY (@providers) AND domain <> ALL (@known)
