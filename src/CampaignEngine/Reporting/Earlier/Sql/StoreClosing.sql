-- Keeps a campaign's closing figures, in the place of older ones.
INSERT INTO engine.campaign_closing (campaign, series, kind, channels, imported, started_at, ended_at, closed_at, counts, currency, contacted, responses, conversions, orders,
                                     revenue, revenue_squares, cost, margin, margin_squares)
VALUES (@campaign, @series, @kind, @channels, @imported, @started_at, @ended_at, @closed_at, @counts, @currency, @contacted, @responses, @conversions, @orders,
        @revenue, @revenue_squares, @cost, @margin, @margin_squares)
ON CONFLICT (campaign) DO UPDATE SET
    series = EXCLUDED.series, kind = EXCLUDED.kind, channels = EXCLUDED.channels, imported = EXCLUDED.imported, started_at = EXCLUDED.started_at, ended_at = EXCLUDED.ended_at,
    closed_at = EXCLUDED.closed_at, counts = EXCLUDED.counts, currency = EXCLUDED.currency, contacted = EXCLUDED.contacted, responses = EXCLUDED.responses,
    conversions = EXCLUDED.conversions, orders = EXCLUDED.orders, revenue = EXCLUDED.revenue, revenue_squares = EXCLUDED.revenue_squares, cost = EXCLUDED.cost,
    margin = EXCLUDED.margin, margin_squares = EXCLUDED.margin_squares, counted_at = now()
