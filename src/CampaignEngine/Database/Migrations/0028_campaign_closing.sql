-- What a campaign had come to when it was over: its report as of that moment, kept so that later campaigns can be set beside it without counting it again. It can be
-- counted anew at any time; nothing else is made from it.
CREATE TABLE engine.campaign_closing (
    campaign text PRIMARY KEY,
    series text NOT NULL,                            -- the name without the numbers at its end
    kind text,                                       -- as the campaign or the import states it
    channels text NOT NULL,
    imported boolean NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,                   -- last message, or the imported campaign's end
    closed_at timestamptz NOT NULL,                  -- the report is as of then
    counts text[] NOT NULL,                          -- what counted as a response; empty: as the import states it
    currency text,
    contacted bigint NOT NULL,
    responses bigint NOT NULL,
    conversions bigint NOT NULL,
    orders bigint NOT NULL,
    revenue numeric NOT NULL,
    revenue_squares numeric NOT NULL,
    cost numeric NOT NULL,
    margin numeric,
    margin_squares numeric NOT NULL,
    counted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX campaign_closing_series ON engine.campaign_closing (series, started_at);
CREATE INDEX campaign_closing_kind ON engine.campaign_closing (kind, started_at);
CREATE INDEX campaign_closing_channels ON engine.campaign_closing (channels, started_at);
