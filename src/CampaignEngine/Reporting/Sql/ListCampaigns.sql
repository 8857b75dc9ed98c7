-- Every campaign that has a report, our own and imported ones, in the order in which they began.
SELECT campaign, title, kind, channel, imported, starts_at, ends_at
FROM (SELECT campaign, NULL::text AS title, NULL::text AS kind, string_agg(DISTINCT channel, ', ' ORDER BY channel) AS channel, false AS imported,
             min(due_at) AS starts_at, NULL::timestamptz AS ends_at
      FROM engine.mailing
      GROUP BY campaign
      UNION ALL
      SELECT p.campaign, p.title, p.kind, p.channel, true, coalesce(p.starts_at, (SELECT min(c.contacted_at) FROM engine.past_contact c WHERE c.past_campaign_id = p.past_campaign_id)), p.ends_at
      FROM engine.past_campaign p) AS known
WHERE campaign LIKE @pattern
ORDER BY starts_at, campaign
