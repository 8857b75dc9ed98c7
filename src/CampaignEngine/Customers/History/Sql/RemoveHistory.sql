-- An imported campaign with its contacts and responses, in one statement: all of it goes or nothing. The customer database keeps what the same import fed.
WITH gone AS (SELECT past_campaign_id FROM engine.past_campaign WHERE campaign = @campaign FOR UPDATE),
responses AS (
    DELETE FROM engine.past_response r USING engine.past_contact c, gone
    WHERE c.past_contact_id = r.past_contact_id AND c.past_campaign_id = gone.past_campaign_id RETURNING 1),
contacts AS (DELETE FROM engine.past_contact c USING gone WHERE c.past_campaign_id = gone.past_campaign_id RETURNING 1),
closings AS (DELETE FROM engine.campaign_closing k USING gone WHERE k.campaign = @campaign),
campaigns AS (DELETE FROM engine.past_campaign p USING gone WHERE p.past_campaign_id = gone.past_campaign_id RETURNING 1)
SELECT (SELECT count(*) FROM campaigns) AS campaigns, (SELECT count(*) FROM contacts) AS contacts, (SELECT count(*) FROM responses) AS responses
