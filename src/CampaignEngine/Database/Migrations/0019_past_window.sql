-- The one home of the rule when an imported contact counts and until when what followed counts for it.
CREATE VIEW engine.past_window AS
SELECT p.campaign, c.past_contact_id, c.contact_no, c.customer_no, c.customer_key, c.drop_name, coalesce(c.channel, p.channel) AS channel, c.cell, c.control, c.cost,
       -- Without a customer number nobody can be told from anybody else: every contact is a person.
       coalesce('c' || c.customer_no, '#' || c.past_contact_id) AS person,
       coalesce(c.contacted_at, p.starts_at) AS at,
       -- Days of UTC, so that the hour of the session does not move the end.
       coalesce(least(p.ends_at, (coalesce(c.contacted_at, p.starts_at) AT TIME ZONE 'UTC' + make_interval(days => p.window_days)) AT TIME ZONE 'UTC'), 'infinity') AS until
FROM engine.past_campaign p
JOIN engine.past_contact c USING (past_campaign_id);
