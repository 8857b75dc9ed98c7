using CampaignEngine.Statistics;
using MathNet.Numerics.Distributions;

namespace CampaignEngine.Reporting.Earlier;

/// <summary>
/// Sets a campaign's figures beside those of earlier ones. Campaigns scatter by more than chance among their people, so each earlier campaign counts once, and the interval in which one
/// more is to be expected is that of a single new value: m ± t s √(1 + 1/k), with k − 1 degrees of freedom.
/// </summary>
internal static class EarlierMeasures
{
    private const int FewestForExpectation = 3;

    public static IReadOnlyList<EarlierMeasure> Of(ClosedCampaign present, IReadOnlyList<ClosedCampaign> earlier)
    {
        // Rates of response mean the same where the same reactions count, money where the currency is the same; imports state both in their own way.
        bool Responses(ClosedCampaign c) => c.Imported || present.Imported || c.Counts.Order(StringComparer.Ordinal).SequenceEqual(present.Counts.Order(StringComparer.Ordinal));
        bool Money(ClosedCampaign c) => c.Currency == present.Currency;
        return
        [
            Beside("response_rate", Responses, c => Rate(c.Responding), 1),
            Beside("conversion_rate", _ => true, c => Rate(c.Converting), 1),
            Beside("cost_per_response", c => Responses(c) && Money(c), c => CostPer(c, c.Responses, c.Responding), null),
            Beside("cost_per_order", Money, c => CostPer(c, c.Orders, c.Converting), null),
            Beside("revenue_per_contact", _ => true, c => Mean(c.Spending), null),
            Beside("roi", c => Money(c) && c.Total.Margin is null == present.Total.Margin is null, Roi, null),
        ];

        EarlierMeasure Beside(string measure, Func<ClosedCampaign, bool> alike, Func<ReportRow, (double? Value, Interval? Interval)> figure, double? most)
        {
            var (value, interval) = figure(present.Total);
            List<(double Value, Interval? Interval)> known = [.. earlier.Where(alike).Select(c => figure(c.Total)).Where(f => f.Value is not null).Select(f => (f.Value!.Value, f.Interval))];
            var (mean, expected) = (known.Select(k => k.Interval).FirstOrDefault(), (Interval?)null);
            if (known.Count > 1)
            {
                (mean, expected) = Scatter([.. known.Select(k => k.Value)]);
            }

            // Only a return can be below zero.
            double? Least(double? end) => ReportRow.Figure(measure == "roi" || end is null ? end : Math.Max(0, end.Value));
            double? Most(double? end) => ReportRow.Figure(most is null || end is null ? end : Math.Min(most.Value, end.Value));
            return new EarlierMeasure
            {
                Measure = measure,
                Value = ReportRow.Figure(value),
                Low = ReportRow.Figure(interval?.Low),
                High = ReportRow.Figure(interval?.High),
                Campaigns = known.Count,
                Earlier = known.Count == 0 ? null : ReportRow.Figure(known.Average(k => k.Value)),
                EarlierLow = Least(mean?.Low),
                EarlierHigh = Most(mean?.High),
                ExpectedLow = Least(expected?.Low),
                ExpectedHigh = Most(expected?.High),
            };
        }
    }

    /// <summary>Interval of the mean of several values, and that of one more.</summary>
    internal static (Interval Mean, Interval? Next) Scatter(IReadOnlyList<double> values)
    {
        var (count, mean) = (values.Count, values.Average());
        var spread = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (count - 1));
        var reach = StudentT.InvCDF(0, 1, count - 1, 0.975) * spread;
        Interval Around(double part) => new(mean - (reach * part), mean + (reach * part));
        return (Around(Math.Sqrt(1.0 / count)), count < FewestForExpectation ? null : Around(Math.Sqrt(1 + (1.0 / count))));
    }

    private static (double?, Interval?) Rate(Proportion share) => (share.Rate, share.Wilson());

    private static (double?, Interval?) Mean(MeanValue amount) => (amount.Mean, MeanValue.MeanInterval(amount));

    // What was paid is known; the interval is that of the rate of those it is divided by.
    private static (double?, Interval?) CostPer(ReportRow row, long count, Proportion share)
    {
        if (row.Cost == 0 || count == 0 || share.Rate is not > 0 || share.Wilson() is not { Low: > 0 } rate)
        {
            return (null, null);
        }

        var cost = (double)row.Cost / count;
        return (cost, new Interval(cost * share.Rate.Value / rate.High, cost * share.Rate.Value / rate.Low));
    }

    private static (double?, Interval?) Roi(ReportRow row)
    {
        var (mean, interval) = Mean(row.Earning ?? row.Spending);
        double Return(double perContact) => ((perContact * row.Contacted) - (double)row.Cost) / (double)row.Cost;
        return row.Cost == 0 || mean is null ? (null, null) : (Return(mean.Value), interval is { } range ? new Interval(Return(range.Low), Return(range.High)) : null);
    }
}
