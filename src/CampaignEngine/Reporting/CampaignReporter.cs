using CampaignEngine.Database;
using CampaignEngine.Reporting.Coupons;
using CampaignEngine.Reporting.Winners;
using CampaignEngine.Statistics;
using Npgsql;

namespace CampaignEngine.Reporting;

/// <summary>Computes campaign reports from the ledger, the events and the orders, in one snapshot of the database.</summary>
public sealed class CampaignReporter(NpgsqlDataSource database)
{
    internal const string ControlName = "control";

    // grouping(cell, drop_name): a bit is set where the column is summed over.
    private const int OverDrops = 1;
    private const int OverCells = 2;
    internal const int Whole = 3;
    private static readonly string RunningDrops = SqlFile.Load<CampaignReporter>("RunningDrops");

    /// <summary>Null: the campaign has no mailing yet and is no imported one.</summary>
    public async Task<CampaignReport?> RunAsync(ReportRequest request, CancellationToken cancellationToken)
    {
        await using var snapshot = await ReportSnapshot.OpenAsync(database, request, cancellationToken);
        return snapshot is null ? null : await RunAsync(snapshot, cancellationToken);
    }

    /// <summary>The report inside a snapshot that shows more than it.</summary>
    internal static async Task<CampaignReport> RunAsync(ReportSnapshot snapshot, CancellationToken cancellationToken)
    {
        var running = await snapshot.ReadAsync(RunningDrops, r => new RunningDrop(r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3)), cancellationToken);
        var foreign = await snapshot.ForeignRevenueAsync(cancellationToken);
        var margins = await CreditedMargins.ReadAsync(snapshot, cancellationToken);
        var controls = await RemainderControls.ReadAsync(snapshot, cancellationToken);
        var parts = await snapshot.FiguresAsync(command => ReadAsync(command, snapshot.Request, cancellationToken), cancellationToken);
        var report = Assemble(snapshot, Added(parts), margins, controls) with
        {
            Running = running,
            ForeignRevenue = foreign,
            Coupons = await CouponReader.ReadAsync(snapshot, cancellationToken),
        };
        return report with { Test = await TestResults.ReadAsync(snapshot, report.Cells, cancellationToken) };
    }

    /// <summary>The report's people by the groups of report_group.</summary>
    internal static async Task<IReadOnlyList<ReportRow>> RunGroupedAsync(ReportSnapshot snapshot, CancellationToken cancellationToken)
    {
        var margins = await CreditedMargins.ReadGroupedAsync(snapshot, cancellationToken);
        await using var command = snapshot.GroupedFigures();
        var rows = await ReadAsync(command, snapshot.Request, cancellationToken);
        List<ReportRow> groups = [.. rows.Where(r => r.Level == OverDrops).Select(r => margins.Of(r.Level, r.Cell, r.Row with { Cell = r.Cell }))];
        return [.. groups.Select(g => g.Control ? g : g with { Comparison = groups.Find(c => c.Control && c.Cell == g.Cell) })];
    }

    private static async Task<List<(int Level, string? Cell, ReportRow Row)>> ReadAsync(NpgsqlCommand command, ReportRequest request, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(int, string?, ReportRow)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((reader.GetInt32(reader.GetOrdinal("level")), reader["cell"] is string { Length: > 0 } cell ? cell : null, Row(reader, request)));
        }

        return rows;
    }

    // The parts have different people, so every figure of a row is the sum over them.
    private static List<(int Level, string? Cell, ReportRow Row)> Added(List<(int Level, string? Cell, ReportRow Row)>[] parts) => parts is [var whole]
        ? whole
        : [.. parts.SelectMany(p => p).GroupBy(r => (r.Level, r.Cell, r.Row.Control, r.Row.Drop), (key, rows) => (key.Level, key.Cell, ReportRow.Sum([.. rows.Select(r => r.Row)])))];

    private static ReportRow Row(NpgsqlDataReader reader, ReportRequest request)
    {
        long Count(string name) => reader.GetInt64(reader.GetOrdinal(name));
        decimal Amount(string name) => reader.GetDecimal(reader.GetOrdinal(name));
        string? Name(string name) => reader.IsDBNull(reader.GetOrdinal(name)) || reader.GetString(reader.GetOrdinal(name)) is "" ? null : reader.GetString(reader.GetOrdinal(name));
        var control = reader.GetBoolean(reader.GetOrdinal("control"));
        return new ReportRow
        {
            Cell = Name("cell") ?? (control ? ControlName : null),
            Drop = Name("drop_name"),
            Control = control,
            ResponsesSeen = control && (request.Imported || request.Response.Counts is ["conversion"]),
            People = Count("people"),
            Contacted = Count("contacted"),
            InDoubt = Count("in_doubt"),
            Messages = Count("messages"),
            PossibleDuplicates = Count("possible_duplicates"),
            Delivered = Count("delivered"),
            Bounced = Count("bounced"),
            OpensRaw = Count("opens_raw"),
            Opens = Count("opens"),
            ClicksRaw = Count("clicks_raw"),
            Clicks = Count("clicks"),
            Replies = Count("replies"),
            Unsubscribes = Count("unsubscribes"),
            Complaints = Count("complaints"),
            Responses = Count("responses"),
            Conversions = Count("conversions"),
            Orders = Count("orders"),
            Revenue = Amount("revenue"),
            RevenueSquares = Amount("revenue_squares"),
            Cost = Amount("cost"),
        };
    }

    private static CampaignReport Assemble(ReportSnapshot snapshot, List<(int Level, string? Cell, ReportRow Row)> rows, CreditedMargins margins, RemainderControls controls)
    {
        var request = snapshot.Request;
        ReportRow[] At(int level) => [.. rows.Where(r => r.Level == level).Select(r => margins.Of(level, r.Cell, r.Row))];
        var (perDrop, whole) = (At(OverCells), At(Whole));
        var control = whole.FirstOrDefault(r => r.Control);
        ReportRow Compared(ReportRow row) => row.Control
            ? row
            : controls.Of(row) is { } own ? row with { Comparison = own }
            : row with { Comparison = row.Drop is null ? control : perDrop.FirstOrDefault(r => r.Control && r.Drop == row.Drop) };
        var total = Compared(whole.FirstOrDefault(r => !r.Control) ?? new ReportRow());
        return new CampaignReport
        {
            Campaign = request.Campaign,
            AsOf = request.AsOf,
            Imported = request.Imported,
            Window = request.Window,
            Conversion = request.Response.Conversion?.Text,
            Attribution = request.Response.Attribution,
            Currency = snapshot.Currency,
            Rows = [.. At(0).Select(Compared)],
            Cells = ReportRow.Corrected([.. At(OverDrops).Select(Compared)]),
            Drops = [.. perDrop.Where(r => !r.Control && r.Drop is not null).Select(Compared)],
            SampleRatio = SampleRatioOf(request, At(OverDrops)),
            Money = CampaignMoney.Of(total, request.Budget, margins.Total),
            Goals = GoalResult.Of(request.Goal, total),
            Total = total,
        };
    }

    private static SampleRatio? SampleRatioOf(ReportRequest request, IReadOnlyList<ReportRow> cells) => SampleRatio.Of(
        [.. request.Shares.Select(s => (s.Cell ?? (s.Control ? ControlName : "contacted"), s.Share, cells.FirstOrDefault(c => c.Control == s.Control && (s.Control || c.Cell == s.Cell))?.People ?? 0))]);
}
