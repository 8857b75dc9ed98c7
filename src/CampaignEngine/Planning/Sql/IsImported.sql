-- Whether an imported campaign has the name.
SELECT EXISTS (SELECT FROM engine.past_campaign WHERE campaign = @campaign)
