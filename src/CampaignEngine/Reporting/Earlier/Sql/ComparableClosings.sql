-- The most recent campaigns that were over before a moment, began before another one, and are alike in kind, name or channels.
SELECT campaign, kind, imported, started_at, counts, currency, contacted, responses, conversions, orders, revenue, revenue_squares, cost, margin, margin_squares
FROM engine.campaign_closing
WHERE campaign <> @campaign AND started_at < @started_at AND closed_at <= @as_of AND contacted >= greatest(@smallest, 1)
  AND CASE @by WHEN 'kind' THEN kind WHEN 'series' THEN series ELSE channels END = @value
ORDER BY started_at DESC, campaign
LIMIT @most
