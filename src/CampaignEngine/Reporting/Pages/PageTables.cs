using CampaignEngine.Reporting.Rows;
using CampaignEngine.Statistics;

namespace CampaignEngine.Reporting.Pages;

/// <summary>The figures of a report as cells that know the rows behind them, and as tables narrow enough for a phone.</summary>
internal sealed class PageTables(CampaignReport report)
{
    /// <summary>What people call a row.</summary>
    public string NameOf(ReportRow row) => (row.Drop, row.Cell) switch
    {
        (null, null) => "All contacted",
        ({ } drop, null) => drop,
        ({ } drop, { } cell) when report.Drops.Count > 1 => $"{drop}: {cell}",
        var (_, cell) => cell,
    };

    /// <summary>The question for the rows behind a figure of a row.</summary>
    public RowsQuery Query(ReportRow row, string measure) => new()
    {
        Campaign = report.Campaign,
        AsOf = report.AsOf,
        Measure = measure,
        Control = row.Control,
        Cell = row.Control ? null : row.Cell,
        Drop = row.Drop,
    };

    public TableCell Count(ReportRow row, string measure, long count) => Value(row, measure, count, Numbers.Count(count));

    public TableCell Value(ReportRow row, string measure, decimal figure, string shown) => new(shown) { Rows = row.IsMerged ? null : Query(row, measure), Figure = figure };

    /// <summary>A rate, which leads to the people counted in it.</summary>
    public TableCell Rate(ReportRow row, string measure, long count, double? rate) => Value(row, measure, count, Numbers.Share(rate));

    /// <summary>The same with its interval below.</summary>
    public TableCell Rate(ReportRow row, string measure, Proportion share) => Rate(row, measure, share.Successes, share.Rate) with { Note = share.Wilson() is { } interval ? Numbers.Range(interval) : null };

    public IEnumerable<(string Heading, Table Table)> All()
    {
        List<(string Name, ReportRow Row)> rows = [.. (report.Rows.Count > 0 ? report.Rows : report.Cells).Select(r => (NameOf(r), r))];
        if (report.Drops.Count > 1)
        {
            rows.AddRange(report.Drops.Select(d => ($"{d.Drop}: all cells", d)));
            rows.AddRange(report.Cells.Where(c => c.Cell is not null).Select(c => ($"all drops: {c.Cell}", c)));
        }

        rows.Add((NameOf(report.Total), report.Total));
        if (report.Test is { Standing: var standing } test)
        {
            string Shown(double? value) => standing.Measure == "revenue_per_contact" ? Numbers.Money((decimal)(value ?? 0)) : Numbers.Share(value);
            yield return ($"Test of the cells: {test.Outcome}", new Table(["Tested", "Contacted", standing.Measure.Replace('_', ' ')], [.. standing.Cells.Select(c => (IReadOnlyList<TableCell>)
                [c.Cell, Numbers.Count(c.Contacted), new TableCell(Shown(c.Value), $"{Shown(c.Low)} to {Shown(c.High)}")])]));
        }

        yield return ("Contacts", Of(rows, ["", "People", "Contacted", "Bounced", "In doubt"], r =>
            [Count(r, "people", r.People), Count(r, "contacted", r.Contacted), Count(r, "bounced", r.Bounced), Count(r, "in_doubt", r.InDoubt)]));
        yield return ("Responses", Of(rows, ["", "Responded", "Rate"], r => [Count(r, "responses", r.Responses), Rate(r, "responses", r.Responding)]));
        yield return ("Conversions", Of(rows, ["", "Converted", "Rate"], r => [Count(r, "conversions", r.Conversions), Rate(r, "conversions", r.Converting)]));
        yield return ("Revenue", Of(rows, ["", "Orders", "Revenue", "A contact"], r =>
            [Count(r, "orders", r.Orders), Value(r, "revenue", r.Revenue, Numbers.Money(r.Revenue)), r.RevenuePerContact is { } mean ? Numbers.Money((decimal)mean) : Numbers.None]));
        if (report.Total.Cost != 0)
        {
            yield return ("Cost", Of(rows.Where(r => !r.Row.Control), ["", "Cost", "A response", "A conversion"], r =>
            [
                Value(r, "cost", r.Cost, Numbers.Money(r.Cost)), r.CostPerResponse is { } response ? Numbers.Money(response) : Numbers.None,
                r.CostPerConversion is { } conversion ? Numbers.Money(conversion) : Numbers.None,
            ]));
        }

        if (report.Money is var money && (money.Cost > 0 || money.Margin is not null))
        {
            yield return ("Budget and return", new Table(["", report.Currency ?? "Amount"], [.. new (string Name, string? Shown)[]
            {
                ("Budget", Amount(money.Budget)), ("Cost of a thousand contacts", Amount(money.CostPerThousand)), ("Cost of an order", Amount(money.CostPerOrder)),
                ("Cost of goods", Amount(money.CostOfGoods)), ("Orders whose goods have no known cost", money.OrdersWithoutCost is > 0 and var without ? $"{Numbers.Count(without)} ({Numbers.Money(money.RevenueWithoutCost ?? 0)})" : null),
                ("Margin", Amount(money.Margin)), ("Margin that the campaign added", Added(money)), (money.Margin is null ? "Revenue less cost" : "Margin less cost", Amount(money.Contribution)), ("Return on the cost", Times(money.Roi)), ("The same of what the campaign added", Times(money.IncrementalRoi)),
                ("Response rate that would have paid for it", money.BreakEvenResponseRate is { } rate ? Numbers.Share((double)rate) : null),
            }.Where(m => m.Shown is not null).Select(m => (IReadOnlyList<TableCell>)[m.Name, m.Shown!])]));
        }

        if (report.Coupons.Count > 0)
        {
            yield return ("Shared coupons", new Table(["", "Answers", "Orders", "Revenue"], [.. report.Coupons.Select(c => (IReadOnlyList<TableCell>)
            [
                new TableCell(c.Code, c.Cell), new TableCell(Numbers.Count(c.Answers), $"{Numbers.Count(c.UnattributedAnswers)} of nobody known"),
                new TableCell(Numbers.Count(c.Orders), $"{Numbers.Count(c.UnattributedOrders)} of nobody known"), new TableCell(Numbers.Money(c.Revenue), $"{Numbers.Money(c.UnattributedRevenue)} of nobody known"),
            ])]));
        }

        if (report.Earlier is { } earlier)
        {
            foreach (var beside in EarlierTables.Of(earlier))
            {
                yield return beside;
            }
        }

        // Nothing is known of that in campaigns of other systems.
        if (report.Imported)
        {
            yield break;
        }

        yield return ("What came back", Of(rows.Where(r => !r.Row.Control), ["", "Opened", "Clicked", "Replied"], r =>
        [
            Count(r, "opens", r.Opens) with { Note = $"raw {Numbers.Count(r.OpensRaw)}" }, Count(r, "clicks", r.Clicks) with { Note = $"raw {Numbers.Count(r.ClicksRaw)}" },
            Count(r, "replies", r.Replies),
        ]));
        yield return ("Who wants no more", Of(rows.Where(r => !r.Row.Control), ["", "Opted out", "Reported as spam"], r =>
            [Count(r, "unsubscribes", r.Unsubscribes), Count(r, "complaints", r.Complaints)]));
    }

    private static string? Amount(decimal? amount) => amount is { } known ? Numbers.Money(known) : null;

    private static string? Added(CampaignMoney money) => money is { IncrementalMargin: { } more, IncrementalMarginLow: { } low, IncrementalMarginHigh: { } high }
        ? $"{Numbers.Money((decimal)more)} ({Numbers.Money((decimal)low)} to {Numbers.Money((decimal)high)})" : null;

    private static string? Times(decimal? multiple) => multiple is { } known ? $"{Numbers.Signed((double)known)} times" : null;

    private static Table Of(IEnumerable<(string Name, ReportRow Row)> rows, IReadOnlyList<string> columns, Func<ReportRow, IReadOnlyList<TableCell>> cells) =>
        new(columns, [.. rows.Select(row => (IReadOnlyList<TableCell>)[row.Name, .. cells(row.Row)])]);
}
