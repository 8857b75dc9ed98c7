using System.Globalization;
using CampaignEngine.Cli.Output;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Breakdowns;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary>A report for people: results, then activity, then what the control cell says.</summary>
internal static class ReportTables
{
    public static Action<ResultWriter> Of(CampaignReport report) =>
        writer => writer.Document(report, console => Write(console, report), rows => rows.Rows(report.Rows));

    public static Action<ResultWriter> Of(CampaignsReport report) =>
        writer => writer.Document(report, console => Write(console, report), rows => rows.Rows(report.Campaigns));

    public static void Write(IAnsiConsole console, CampaignReport report)
    {
        console.WriteLine(Terminal.Clean(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Campaign} as of {report.AsOf:yyyy-MM-dd HH:mm} UTC; window {report.Window}; conversion: {report.Conversion ?? "none"}; {report.Attribution}")));
        foreach (var drop in report.Running)
        {
            console.WriteLine(Terminal.Clean(string.Create(
                CultureInfo.InvariantCulture, $"{drop.Drop} is {(drop.State == "paused" ? "paused" : "still being sent")}: {drop.Pending:N0} of {drop.Frozen:N0} people have no outcome yet, so these figures will change")));
        }

        List<ReportRow> lines = [.. report.Rows];
        if (report.Drops.Count > 1)
        {
            lines.AddRange(report.Drops.Select(d => d with { Cell = "all cells" }));
            lines.AddRange(report.Cells.Where(c => c.Cell is not null).Select(c => c with { Drop = "all drops" }));
        }

        lines.Add(report.Total with { Drop = "total" });
        Write(console, lines, report.Currency, ["drop", "cell"], line => [line.Drop, line.Cell]);
        if (report.Total.PossibleDuplicates > 0)
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Total.PossibleDuplicates:N0} messages were sent again although the one before may have arrived"));
        }

        if (report.Test is { } test)
        {
            TestTable.Write(console, test);
        }

        foreach (var foreign in report.ForeignRevenue)
        {
            console.WriteLine(Terminal.Clean(string.Create(
                CultureInfo.InvariantCulture, $"{foreign.Orders:N0} of the orders are in {foreign.Currency} ({foreign.Revenue:N2}), for which engine.yaml has no rate: in no sum of revenue")));
        }

        foreach (var coupon in report.Coupons)
        {
            console.WriteLine(Terminal.Clean(string.Create(
                CultureInfo.InvariantCulture,
                $"coupon {coupon.Code}{(coupon.Cell is null ? "" : $" ({coupon.Cell})")}: {coupon.Answers:N0} answers, {coupon.UnattributedAnswers:N0} of them of nobody we wrote to; {coupon.Orders:N0} orders, {coupon.UnattributedOrders:N0} of them ({coupon.UnattributedRevenue:N2}) in no figure above")));
        }

        Money(console, report);
        if (report.Earlier is { } earlier)
        {
            EarlierTable.Write(console, earlier);
        }

        Control(console, report);
        HeavyTails(console, report);
    }

    private static void Money(IAnsiConsole console, CampaignReport report)
    {
        var money = report.Money;
        if (money is { CostPerContact: { } each, CostPerThousand: { } thousand })
        {
            List<string> said = [string.Create(CultureInfo.InvariantCulture, $"a contact {each:0.00####}, a thousand {thousand:N2}")];
            said.AddRange(new[]
            {
                money.CostPerOrder is { } order ? string.Create(CultureInfo.InvariantCulture, $"an order {order:N2}") : null,
                money.BudgetSpent is { } spent ? string.Create(CultureInfo.InvariantCulture, $"{spent * 100:0.#} % of the budget of {money.Budget:N2}") : null,
                money.Roi is { } roi ? string.Create(CultureInfo.InvariantCulture, $"return {roi:0.##} times the cost") : null,
                money.BreakEvenResponseRate is { } even ? string.Create(CultureInfo.InvariantCulture, $"paid for from a response rate of {even * 100:0.00##} %") : null,
            }.OfType<string>());
            console.WriteLine(Terminal.Clean($"cost {report.Currency}: {string.Join("; ", said)}"));
        }

        if (money.Margin is { } margin)
        {
            List<string> said = [string.Create(CultureInfo.InvariantCulture, $"margin {margin:N2}")];
            said.AddRange(new[]
            {
                money.CostOfGoods is { } goods ? string.Create(CultureInfo.InvariantCulture, $"goods cost {goods:N2}") : null,
                money is { IncrementalMargin: { } more, IncrementalMarginLow: { } low, IncrementalMarginHigh: { } high }
                    ? string.Create(CultureInfo.InvariantCulture, $"the campaign added {more:N2} ({low:N2} to {high:N2})") : null,
                money is { OrdersWithoutCost: > 0 and var without, RevenueWithoutCost: { } amount }
                    ? string.Create(CultureInfo.InvariantCulture, $"the goods of {without:N0} orders ({amount:N2}) have no known cost") : null,
            }.OfType<string>());
            console.WriteLine(string.Join("; ", said));
        }

        foreach (var goal in report.Goals)
        {
            console.WriteLine(Terminal.Clean(string.Create(
                CultureInfo.InvariantCulture,
                $"goal {goal.Goal.Replace('_', ' ')} {goal.Wanted * 100:0.##} %: {Rate(goal.Reached, goal.Low, goal.High)}, {(goal.Verdict == GoalVerdict.Open ? "not decided yet" : goal.Verdict == GoalVerdict.Beaten ? "beaten" : "missed")}")));
        }
    }

    /// <summary>Groups of a report's people.</summary>
    public static void Write(IAnsiConsole console, Breakdown breakdown) => Write(
        console, breakdown.Rows, breakdown.Currency, [breakdown.By, ""], line => [(breakdown.By == "drop" ? line.Drop : line.Cell) ?? "(none)", line.Control ? "control" : ""]);

    /// <summary>All campaigns, a line each.</summary>
    public static void Write(IAnsiConsole console, CampaignsReport report)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("campaign");
        foreach (var title in (string[])["contacted", "responses", "rate (95 %)", "converted", "orders", "revenue"])
        {
            table.AddColumn(new TableColumn(new Text(title)) { NoWrap = true }.RightAligned());
        }

        foreach (var line in report.Campaigns)
        {
            table.AddRow(((string[])
            [
                line.Campaign, N(line.Contacted), N(line.Responses),
                Rate(line.ResponseRate, line.ResponseRateLow, line.ResponseRateHigh), N(line.Conversions), N(line.Orders), M(line.Revenue),
            ]).Select(cell => new Text(Terminal.Clean(cell))));
        }

        console.Write(table);
        if (report.ImportedTotal is { } total)
        {
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"imported campaigns as one: {total.People:N0} people contacted {total.Contacts:N0} times, {total.Responses:N0} responded, {total.Conversions:N0} converted with {total.Orders:N0} orders, revenue {total.Revenue:N2}"));
        }
    }

    // Four tables, each of which fits a terminal of 100 columns without cutting a number.
    private static void Write(IAnsiConsole console, IReadOnlyList<ReportRow> lines, string? currency, string[] headings, Func<ReportRow, string?[]> names)
    {
        Filled(lines, ["people", "contacted", "in doubt", "delivered", "bounced"], line => [N(line.People), N(line.Contacted), N(line.InDoubt), N(line.Delivered), N(line.Bounced)]);
        Filled(lines, ["responses", "rate (95 %)", "conversions", "rate (95 %)"], line =>
        [
            N(line.Responses), Rate(line.ResponseRate, line.ResponseRateLow, line.ResponseRateHigh),
            N(line.Conversions), Rate(line.ConversionRate, line.ConversionRateLow, line.ConversionRateHigh),
        ]);
        Filled(lines, ["orders", "revenue", currency is null ? "cost" : $"cost {currency}", "a response", "a conversion"], line =>
        [
            N(line.Orders), M(line.Revenue), M(line.Cost), line.CostPerResponse is { } response ? M(response) : "", line.CostPerConversion is { } conversion ? M(conversion) : "",
        ]);
        Filled(
            lines.Where(l => !l.Control), ["opened", "with\nmachines", "clicked", "with\nmachines", "replied", "opted\nout", "complaints"],
            line => [N(line.Opens), N(line.OpensRaw), N(line.Clicks), N(line.ClicksRaw), N(line.Replies), N(line.Unsubscribes), N(line.Complaints)]);

        void Filled(IEnumerable<ReportRow> rows, string[] titles, Func<ReportRow, string[]> figures)
        {
            var table = new Table().Border(TableBorder.Simple).AddColumns(headings);
            foreach (var title in titles)
            {
                table.AddColumn(new TableColumn(new Text(title)) { NoWrap = true }.RightAligned());
            }

            foreach (var row in rows)
            {
                table.AddRow(((string?[])[.. names(row), .. figures(row)]).Select(cell => new Text(Terminal.Clean(cell ?? ""))));
            }

            console.Write(table);
        }
    }

    private static void Control(IAnsiConsole console, CampaignReport report)
    {
        if (report.SampleRatio is { Alarm: true } ratio)
        {
            var sizes = string.Join(", ", ratio.Cells.Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Cell} {c.People:N0} instead of {c.Expected:N0}")));
            console.WriteLine(Terminal.Clean(string.Create(
                CultureInfo.InvariantCulture,
                $"warning: the cells do not have the sizes that were asked for ({sizes}; p = {ratio.P:0.######}): people were lost in one cell and not in another, so do not trust the comparisons")));
        }

        var lifted = report.Cells.Where(c => c.Cell is not null).Append(report.Total with { Cell = "all contacted" }).Where(c => c.ConversionLift is not null);
        foreach (var cell in lifted)
        {
            console.WriteLine(Terminal.Clean(string.Create(
                CultureInfo.InvariantCulture,
                $"against the control cell, {cell.Cell}: {Responses(cell)}conversion rate {Points(cell.ConversionLift)} points ({Points(cell.ConversionLiftLow)} to {Points(cell.ConversionLiftHigh)}, p {Chance(cell.ConversionPHolm ?? cell.ConversionP)}{(cell.ConversionPHolm is null ? "" : " corrected for several cells")}), about {cell.IncrementalConversions:0.#} conversions and {cell.IncrementalRevenue:0.00} revenue more")));
        }
    }

    private static void HeavyTails(IAnsiConsole console, CampaignReport report)
    {
        if (report.Total.HasHeavyTails || report.Cells.Any(c => c.HasHeavyTails))
        {
            console.WriteLine(Terminal.Clean($"a few large orders make the revenue of a cell, so the intervals of revenue miss more often than they say; see 'campaign report {report.Campaign} --bootstrap'"));
        }
    }

    private static string Responses(ReportRow cell) => cell.ResponseLift is null
        ? ""
        : string.Create(
            CultureInfo.InvariantCulture,
            $"response rate {Points(cell.ResponseLift)} points ({Points(cell.ResponseLiftLow)} to {Points(cell.ResponseLiftHigh)}), about {cell.IncrementalResponses:0.#} responses more; ");

    private static string Chance(double? p) => p switch
    {
        null => "?",
        < 0.0001 => "< 0.0001",
        _ => p.Value.ToString("0.0000", CultureInfo.InvariantCulture),
    };

    private static string N(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string M(decimal amount) => amount.ToString("N2", CultureInfo.InvariantCulture);

    private static string Points(double? lift) => lift is { } value ? (value * 100).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture) : "?";

    private static string Rate(double? rate, double? low, double? high) => rate is null
        ? ""
        : string.Create(CultureInfo.InvariantCulture, $"{rate * 100:0.00} % ({low * 100:0.00}-{high * 100:0.00})");
}
