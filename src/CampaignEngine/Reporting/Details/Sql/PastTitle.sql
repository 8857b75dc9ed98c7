-- What people call an imported campaign.
SELECT title FROM engine.past_campaign WHERE campaign = @campaign
