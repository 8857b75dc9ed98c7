-- What is known of an imported campaign; its name is unique.
SELECT ends_at, window_days, conversion, currency, budget, kind
FROM engine.past_campaign
WHERE campaign = @campaign
