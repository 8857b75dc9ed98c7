using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Reporting.Forecasting;

/// <summary>From the responses of the first days to those in the end, by how fast responses came in earlier campaigns on the same channels.</summary>
internal static class ResponseForecaster
{
    private static readonly string Mailings = SqlFile.Load(typeof(ResponseForecaster), "ForecastMailings");
    private static readonly string Delays = SqlFile.Load(typeof(ResponseForecaster), "EarlierDelays");

    public static async Task<ResponseForecast> RunAsync(ReportSnapshot snapshot, CancellationToken cancellationToken)
    {
        var total = (await CampaignReporter.RunAsync(snapshot, cancellationToken)).Total;
        var mailings = await snapshot.ReadAsync(Mailings, r => (Channel: r.GetString(0), Contacted: r.GetInt64(1), Age: r.GetDouble(2)), cancellationToken);
        var delays = await snapshot.ReadAsync(
            Delays,
            r => (Channel: r.GetString(0), Campaign: r.GetString(1), Age: r.GetDouble(2), Share: r.GetDouble(3)),
            cancellationToken,
            new NpgsqlParameter("channels", mailings.Select(m => m.Channel).Distinct().ToArray()),
            new NpgsqlParameter("ages", mailings.Select(m => m.Age).Distinct().ToArray()));

        // Each channel by the mean of its earlier campaigns, and by the slowest and the fastest of them; the campaign by its people on each.
        double? Share(Func<IEnumerable<double>, double> of)
        {
            var (shared, people) = (0.0, 0L);
            foreach (var (channel, contacted, age) in mailings)
            {
                var known = delays.Where(d => d.Channel == channel && d.Age == age).Select(d => d.Share).ToList();
                if (known.Count == 0)
                {
                    return null;
                }

                (shared, people) = (shared + (of(known) * contacted), people + contacted);
            }

            return people == 0 ? null : shared / people;
        }

        var (share, slow, fast) = (Share(s => s.Average()), Share(s => s.Min()), Share(s => s.Max()));
        var forecast = new ResponseForecast
        {
            Campaign = snapshot.Request.Campaign,
            AsOf = snapshot.Request.AsOf,
            Contacted = total.Contacted,
            Responses = total.Responses,
            ShareIn = ReportRow.Figure(share),
            ShareInLow = ReportRow.Figure(slow),
            ShareInHigh = ReportRow.Figure(fast),
            EarlierCampaigns = delays.Select(d => d.Campaign).Distinct().Count(),
        };
        return share is not >= Remaining.LeastShare || slow is not >= Remaining.LeastShare
            ? forecast
            : forecast with
            {
                // Nobody responds twice, and no more people than were contacted.
                Expected = Math.Round(Math.Min(total.Contacted, total.Responses + Remaining.Mean(total.Responses, share.Value)), 2),
                Low = Math.Min(total.Contacted, total.Responses + Remaining.Quantile(total.Responses, fast!.Value, 0.025)),
                High = Math.Min(total.Contacted, total.Responses + Remaining.Quantile(total.Responses, slow.Value, 0.975)),
            };
    }
}
