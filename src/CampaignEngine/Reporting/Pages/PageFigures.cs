using System.Globalization;
using CampaignEngine.Reporting.Breakdowns;
using CampaignEngine.Reporting.Charts;
using CampaignEngine.Reporting.Details;
using CampaignEngine.Reporting.Rows;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Pages;

/// <summary>The pictures of a report's page, each left out where there is nothing to see.</summary>
internal sealed class PageFigures(CampaignReport report, ReportDetails details, PageTables tables)
{
    private const string Contacted = "s1";
    private const string Orders = "s2";
    private const string Held = "s3";

    /// <summary>What a plan writes before a condition of audience.exclude.</summary>
    private const string Exclude = "exclude: ";

    private ReportRow? Control => report.Total.Comparison;

    /// <summary>Rates by cell, and how far they lie above the control cell.</summary>
    public IReadOnlyList<Figure> Results()
    {
        List<ReportRow> rows = [.. report.Cells.Where(c => !c.Control && c.Cell is not null), report.Total];
        return
        [
            .. new[]
            {
                Rates("Response rate", "responses", Contacted, r => r.Responding, r => !r.Control || r.ResponsesSeen),
                Lift("Responses", "responses", rows, r => r.ResponseMeasured, r => r.Responses, r => (r.IncrementalResponses, r.IncrementalResponsesLow, r.IncrementalResponsesHigh)),
                Rates("Conversion rate", "conversions", Orders, r => r.Converting, _ => true),
                Lift("Conversions", "conversions", rows, r => r.ConversionMeasured, r => r.Conversions, r => (r.IncrementalConversions, r.IncrementalConversionsLow, r.IncrementalConversionsHigh)),
            }.OfType<Figure>(),
        ];
    }

    public IReadOnlyList<Figure> OverTime() =>
    [
        .. new[]
        {
            Curve("responses", "Responses", Contacted, s => s.Responses, r => r.Responding, Control is { ResponsesSeen: true }),
            Curve("conversions", "Conversions", Orders, s => s.Conversions, r => r.Converting, Control is not null),
        }.OfType<Figure>(),
    ];

    /// <summary>The way from everybody to the people contacted, and from there to the conversions.</summary>
    public IReadOnlyList<Figure> Behaviour() => [.. new[] { Waterfall(), Funnel(), Hours(), SendHours() }.OfType<Figure>()];

    public IReadOnlyList<Figure> Money() => [.. new[] { CostByList() }.OfType<Figure>()];

    private Figure? Lift(
        string what, string measure, List<ReportRow> rows, Func<ReportRow, MeasuredLift?> lift, Func<ReportRow, long> count, Func<ReportRow, (double? Mean, double? Low, double? High)> more)
    {
        var measured = rows.Where(r => lift(r) is not null).ToList();
        if (measured.Count == 0 || measured.TrueForAll(r => count(r) == 0 && lift(r)!.Absolute == 0))
        {
            return null;
        }

        // Without cells the row of the only cell would repeat the total.
        var total = lift(measured[^1])!;
        var (mean, low, high) = more(measured[^1]);
        var chart = new IntervalChart
        {
            Axis = Numbers.PointsMark,
            Marks = [.. measured.Select(r => new IntervalMark(tables.NameOf(r), lift(r)!.Absolute, lift(r)!.Interval, Numbers.Points(lift(r)!.Absolute, lift(r)!.Interval), r.Cell is null ? "ink" : measure == "responses" ? Contacted : Orders))],
        };
        var proved = total.Interval is { } interval && (interval.Low > 0 || interval.High < 0);
        return new Figure
        {
            Title = $"{what}: points above the control cell",
            Caption = string.Create(CultureInfo.InvariantCulture, $"About {Numbers.Count(Math.Round(mean ?? 0))} {measure} {(mean < 0 ? "fewer" : "more")} than without the campaign (95\u00a0% interval {Numbers.Count(Math.Round(low ?? 0))} to {Numbers.Count(Math.Round(high ?? 0))}); ")
                + (proved ? "the interval of the whole leaves out zero." : "the interval of the whole includes zero, so this could be chance."),
            Draw = chart.Draw,
            Table = new Table(["", "Points", "Relative", "z"], [.. measured.Select(r => (IReadOnlyList<TableCell>)
            [
                tables.NameOf(r), new TableCell(Numbers.Signed(lift(r)!.Absolute * 100), lift(r)!.Interval is { } i ? $"{Numbers.Signed(i.Low * 100)} to {Numbers.Signed(i.High * 100)}" : null),
                lift(r)!.Relative is { } relative ? Numbers.Signed(relative * 100) + " %" : Numbers.None, lift(r)!.Z is { } z ? Numbers.Signed(z) : Numbers.None,
            ])]),
        };
    }

    private Figure? Rates(string what, string measure, string style, Func<ReportRow, Proportion> share, Func<ReportRow, bool> seen)
    {
        var rows = (report.Rows.Count > 0 ? report.Rows : report.Cells).Where(r => !r.Control).Concat(report.Cells.Where(r => r.Control)).Where(r => share(r).Trials > 0 && seen(r)).ToList();
        if (rows.Count == 0 || rows.TrueForAll(r => share(r).Successes == 0))
        {
            return null;
        }

        var names = rows.ConvertAll(tables.NameOf);
        var best = rows.Where(r => !r.Control).MaxBy(r => share(r).Rate) ?? rows[0];
        return new Figure
        {
            Title = $"{what} by {(report.Drops.Count > 1 ? "drop and cell" : "cell")}",
            Caption = $"The highest is {names[rows.IndexOf(best)]} with {Numbers.Share(share(best).Rate, share(best).Wilson())}; whiskers are 95\u00a0% intervals.",
            Draw = new IntervalChart
            {
                Axis = Numbers.ShareMark,
                Marks = [.. rows.Select((r, i) => new IntervalMark(names[i], share(r).Rate ?? 0, share(r).Wilson(), Numbers.Share(share(r).Rate, share(r).Wilson()), r.Control ? Held : style, r.Control))],
            }.Draw,
            Table = new Table(["", "People", what], [.. rows.Select((r, i) => (IReadOnlyList<TableCell>)
                [names[i], tables.Count(r, r.Control ? "people" : "contacted", share(r).Trials), tables.Rate(r, measure, share(r))])]),
        };
    }

    private Figure? Curve(string measure, string what, string style, Func<CurveStep, long> count, Func<ReportRow, Proportion> share, bool withControl)
    {
        var last = TimeZoneInfo.ConvertTime(report.AsOf, details.Zone).DateTime;
        List<Curve> curves = [.. new[]
        {
            Line("contacted", style, report.Total, details.Curve.Where(s => !s.Control)),
            withControl ? Line("control", Held, Control!, details.Curve.Where(s => s.Control)) : null,
        }.OfType<Curve>()];
        if (curves.Count == 0 || curves[0].Points.Count < 3)
        {
            return null;
        }

        var known = details.Curve.Where(s => !s.Control).Sum(count);
        var missing = share(report.Total).Successes - known;
        return new Figure
        {
            Title = $"{what} as the days went by, as a share of everybody contacted",
            Caption = $"At the end {Numbers.Share(share(report.Total).Rate, share(report.Total).Wilson())} of the people contacted; the bands are 95\u00a0% intervals of each moment by itself."
                + (missing > 0 ? $" {Numbers.Count(missing)} {measure} have no known time and are not in the curve." : ""),
            Draw = new CurveChart { Curves = curves, Axis = Numbers.ShareMark, Moments = [.. details.Starts.Select(s => (s.At, s.Drop))] }.Draw,
            Table = Days(measure, count, withControl),
        };

        Curve? Line(string name, string colour, ReportRow row, IEnumerable<CurveStep> steps)
        {
            var people = share(row).Trials;
            long sum = 0;
            List<CurvePoint> points = [];
            foreach (var step in steps.Where(s => count(s) > 0))
            {
                if (points.Count == 0)
                {
                    points.Add(Point(details.Starts.Count > 0 && details.Starts[0].At < step.At ? details.Starts[0].At : step.At, 0));
                }

                points.Add(Point(step.At.AddHours(1), sum += count(step)));
            }

            if (points.Count == 0 || people == 0)
            {
                return null;
            }

            if (points[^1].At < last && last - points[0].At < 4 * (points[^1].At - points[0].At))
            {
                points.Add(Point(last, sum));
            }

            return new Curve(name, Numbers.Share((double)sum / people), colour, Thinned(points));

            CurvePoint Point(DateTime at, long reached)
            {
                var reachedShare = new Proportion(reached, people);
                var interval = reachedShare.Wilson()!.Value;
                return new CurvePoint(at, reachedShare.Rate!.Value, interval.Low, interval.High);
            }
        }
    }

    // A picture 500 pixels wide shows no more than some 200 points.
    private static List<CurvePoint> Thinned(List<CurvePoint> points)
    {
        const int Most = 200;
        return points.Count <= Most ? points : [.. points.Where((_, i) => i == points.Count - 1 || i * Most / points.Count != (i - 1) * Most / points.Count)];
    }

    private Table Days(string measure, Func<CurveStep, long> count, bool withControl)
    {
        var days = details.Curve.Where(s => count(s) > 0 && (withControl || !s.Control)).GroupBy(s => DateOnly.FromDateTime(s.At)).OrderBy(g => g.Key);
        return new Table(withControl ? ["Day", "Contacted", "Control"] : ["Day", "Contacted"], [.. days.Select(day =>
        {
            var name = day.Key.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            List<TableCell> cells = [name, Of(report.Total, false)];
            if (withControl)
            {
                cells.Add(Of(Control!, true));
            }

            return (IReadOnlyList<TableCell>)cells;

            TableCell Of(ReportRow row, bool control) => day.Where(s => s.Control == control).Sum(count) is var sum
                ? new TableCell(Numbers.Count(sum)) { Rows = tables.Query(row, measure) with { Day = name }, Figure = sum } : default!;
        })]);
    }

    private Figure? Waterfall()
    {
        var total = report.Total;
        var held = Control?.People ?? 0;
        List<(Bar Bar, TableCell Cell)> bars = [];
        if (details.Plan is { } plan)
        {
            long left = plan.Universe;
            Whole("Everybody in the customer table", left, null);
            foreach (var step in plan.Waterfall.Where(s => s.Count > 0 && s.Reason != "control"))
            {
                left -= step.Count;
                Part(step.Reason != "condition" ? step.Detail : step.Detail.StartsWith(Exclude, StringComparison.Ordinal) ? step.Detail[Exclude.Length..] : $"not: {step.Detail}", left, step.Count, Orders, Listed(step.Reason, step.Condition));
            }

            Whole("Left to contact or hold out", left, "net");
            if (plan.Control > 0)
            {
                left -= plan.Control;
                Part("Control cell, held out", left, plan.Control, Held, Listed("control", null));
            }
        }
        else if (held > 0)
        {
            bars.Add((new Bar("Selected", 0, total.People + held, Numbers.Count(total.People + held), Contacted), Numbers.Count(total.People + held)));
            bars.Add((new Bar("Control cell, held out", total.People, total.People + held, "−" + Numbers.Count(held), Held) { Muted = true }, tables.Count(Control!, "people", held)));
        }

        if (total.People != (details.Plan?.Contact ?? total.Contacted))
        {
            bars.Add((new Bar("On the frozen lists", 0, total.People, Numbers.Count(total.People), Contacted), tables.Count(total, "people", total.People)));
        }

        if (total.People > total.Contacted)
        {
            Part("No message accepted, or in doubt", total.Contacted, total.People - total.Contacted, Orders, tables.Query(total, "not_contacted"));
        }

        bars.Add((new Bar("Contacted", 0, total.Contacted, Numbers.Count(total.Contacted), Contacted), tables.Count(total, "contacted", total.Contacted)));
        return total.People == 0 ? null : new Figure
        {
            Title = "From everybody to the people contacted",
            Caption = details.Plan is { } known
                ? $"Of {Numbers.Count(known.Universe)} people {Numbers.Share(known.Universe == 0 ? null : (double)total.Contacted / known.Universe, 1)} were contacted; everybody else has exactly one reason."
                : $"{Numbers.Count(total.Contacted)} of {Numbers.Count(total.People + held)} people were contacted.",
            Draw = new BarChart { Bars = [.. bars.Select(b => b.Bar)] }.Draw,
            Table = new Table(["", "People"], [.. bars.Select(b => (IReadOnlyList<TableCell>)[b.Bar.Name, b.Cell])]),
        };

        RowsQuery Listed(string? reason, int? condition) => tables.Query(total, "listed") with { Reason = reason, Condition = condition };

        void Whole(string name, long count, string? reason) => bars.Add((
            new Bar(name, 0, count, Numbers.Count(count), Contacted), new TableCell(Numbers.Count(count)) { Rows = Listed(reason, null), Figure = count }));

        void Part(string name, long from, long count, string style, RowsQuery rows) => bars.Add((
            new Bar(name, from, from + count, "−" + Numbers.Count(count), style) { Muted = true }, new TableCell("−" + Numbers.Count(count)) { Rows = rows, Figure = count }));
    }

    private Figure? Funnel()
    {
        var total = report.Total;
        if (total.Opens + total.Clicks + total.OpensRaw + total.ClicksRaw == 0)
        {
            return null;
        }

        var steps = FunnelStep.Of(total);
        string Shown(FunnelStep step) => $"{Numbers.Count(step.People)}{(step.OfContacted.Rate is { } rate && step.Step != "frozen" ? $" · {Numbers.Share(rate, 1)}" : "")}";
        return new Figure
        {
            Title = "From the list to the conversion",
            Caption = $"{Numbers.Share(steps.First(s => s.Step == "clicked").OfContacted.Rate, steps.First(s => s.Step == "clicked").OfContacted.Wilson())} of the people contacted clicked; the fainter bar adds what machines opened and clicked. Percentages are of the people contacted.",
            Draw = new BarChart { Bars = [.. steps.Select(s => new Bar(s.Name, 0, s.People, Shown(s), s.Step is "responded" or "converted" ? Orders : Contacted) { Behind = s.WithMachines })] }.Draw,
            Table = new Table(["", "People", "With machines", "Of contacted"], [.. steps.Select(s => (IReadOnlyList<TableCell>)
            [
                s.Name, tables.Count(total, s.Measure, s.People), s.RawMeasure is { } raw ? tables.Count(total, raw, s.WithMachines ?? 0) : "",
                new TableCell(s.Step == "frozen" ? "" : Numbers.Share(s.OfContacted.Rate), s.Step == "frozen" || s.OfContacted.Wilson() is not { } i ? null : Numbers.Range(i)),
            ])]),
        };
    }

    private Figure? Hours()
    {
        if (details.Clicks.Values.Sum() is not (> 0 and var all))
        {
            return null;
        }

        var ((day, hour), most) = details.Clicks.MaxBy(h => h.Value);
        return new Figure
        {
            Title = "When people clicked, by weekday and hour",
            Caption = $"The busiest hour began {HeatMap.NameOf(day, hour)} with {Numbers.Count(most)} of {Numbers.Count(all)} clicks; times are those of {details.Zone.Id}.",
            Draw = new HeatMap { Hours = details.Clicks.ToDictionary(h => h.Key, h => ((double)h.Value, $"{Numbers.Count(h.Value)} clicks")) }.Draw,
            Table = new Table(["Hour", "Clicks"], [.. details.Clicks.OrderBy(h => h.Key).Select(h => (IReadOnlyList<TableCell>)[HeatMap.NameOf(h.Key.Day, h.Key.Hour), At(h.Key, "click_events", h.Value)])]),
        };
    }

    private Figure? SendHours()
    {
        // One hour of sending has nothing to be compared with.
        if (details.SendHours.Count < 2)
        {
            return null;
        }

        var shares = details.SendHours.ToDictionary(h => h.Key, h => new Proportion(h.Value.Responses, h.Value.Contacted));
        var ((day, hour), best) = shares.MaxBy(h => h.Value.Wilson()?.Low ?? 0);
        return new Figure
        {
            Title = "Response rate by the hour of contact",
            Caption = $"People contacted in the hour from {HeatMap.NameOf(day, hour)} responded most surely: {Numbers.Share(best.Rate, best.Wilson())}. Who was sent when is seldom drawn by lot, so this is a hint and no proof.",
            Draw = new HeatMap { Hours = shares.ToDictionary(h => h.Key, h => (h.Value.Rate ?? 0, Numbers.Share(h.Value.Rate, h.Value.Wilson()))) }.Draw,
            Table = new Table(["Hour", "Contacted", "Responses", "Rate"], [.. shares.OrderBy(h => h.Key).Select(h => (IReadOnlyList<TableCell>)
            [
                HeatMap.NameOf(h.Key.Day, h.Key.Hour), At(h.Key, "contacted", h.Value.Trials), At(h.Key, "responses", h.Value.Successes),
                new TableCell(Numbers.Share(h.Value.Rate), h.Value.Wilson() is { } i ? Numbers.Range(i) : null),
            ])]),
        };
    }

    private TableCell At((int Day, int Hour) hour, string measure, long count) => new(Numbers.Count(count))
    {
        Rows = tables.Query(report.Total, measure) with { Hour = string.Create(CultureInfo.InvariantCulture, $"{hour.Day} {hour.Hour}") },
        Figure = count,
    };

    private Figure? CostByList()
    {
        var rows = details.Lists?.Rows.Where(r => !r.Control && r.Conversions > 0 && r.Cost > 0).OrderBy(r => r.CostPerConversion).ToList() ?? [];
        if (rows.Count < 2)
        {
            return null;
        }

        // The cost is known; what is uncertain is how many people would convert.
        Interval? Range(ReportRow r) => r.Converting.Wilson() is { Low: > 0 } i && r.Contacted > 0
            ? new Interval((double)r.Cost / (i.High * r.Contacted), (double)r.Cost / (i.Low * r.Contacted)) : null;
        string Shown(ReportRow r) => Range(r) is { } i ? $"{Numbers.Money(r.CostPerConversion!.Value)} ({Numbers.Money((decimal)i.Low)}–{Numbers.Money((decimal)i.High)})" : Numbers.Money(r.CostPerConversion!.Value);
        return new Figure
        {
            Title = $"Cost of a conversion by list{(report.Currency is { } currency ? $", {currency}" : "")}",
            Caption = $"The cheapest conversions came from {rows[0].Cell ?? "people without a list"} at {Shown(rows[0])}; whiskers are 95\u00a0% intervals from the conversion rate.",
            Draw = new BarChart { Bars = [.. rows.Select(r => new Bar(r.Cell ?? "(none)", 0, (double)r.CostPerConversion!.Value, Shown(r), Contacted) { Interval = Range(r) })] }.Draw,
            Table = new Table(["List", "Contacted", "Conversions", "Cost", "A conversion"], [.. rows.Select(r => (IReadOnlyList<TableCell>)
            [
                r.Cell ?? "(none)", Grouped(r, "contacted", r.Contacted, Numbers.Count(r.Contacted)), Grouped(r, "conversions", r.Conversions, Numbers.Count(r.Conversions)),
                Grouped(r, "cost", r.Cost, Numbers.Money(r.Cost)), Numbers.Money(r.CostPerConversion!.Value),
            ])]),
        };

        TableCell Grouped(ReportRow row, string measure, decimal figure, string shown) =>
            new(shown) { Rows = row.IsMerged ? null : tables.Query(row, measure) with { Cell = null, By = details.Lists!.By, Value = row.Cell ?? "" }, Figure = figure };
    }
}
