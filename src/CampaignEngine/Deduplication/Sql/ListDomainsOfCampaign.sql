-- Domains on the list of a campaign's newest plan whose provider is not known and was not asked for lately; those with the most people first.
SELECT domain
FROM (SELECT lower(substring(l.address FROM '[^@]*$')) AS domain, count(*) AS people
      FROM engine.list_person l
      WHERE l.list_id = (SELECT p.list_id FROM engine.plan p WHERE p.campaign = @campaign ORDER BY p.plan_id DESC LIMIT 1)
        AND l.reason = 'contact' AND l.address LIKE '%@%'
      GROUP BY 1) AS d
WHERE domain <> ALL (@known) AND NOT EXISTS (SELECT FROM engine.mail_domain m WHERE m.domain = d.domain AND m.looked_up_at > @since)
ORDER BY people DESC, domain
LIMIT @most
