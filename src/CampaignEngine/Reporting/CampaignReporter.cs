using System.Data;
using CampaignEngine.Audiences;
using CampaignEngine.Database;
using CampaignEngine.Reporting.Statistics;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Reporting;

/// <summary>Computes campaign reports from the ledger, the events and the orders, in one snapshot of the database.</summary>
public sealed class CampaignReporter(NpgsqlDataSource database)
{
    private const string ControlName = "control";
    private static readonly string Settings = SqlFile.Load<CampaignReporter>("ReportSettings");
    private static readonly string ReadMailings = SqlFile.Load<CampaignReporter>("ReportMailings");
    private static readonly string ReadRows = SqlFile.Load<CampaignReporter>("ReportRows");
    private static readonly string LiveContacts = SqlFile.Load<CampaignReporter>("LiveContacts");
    private static readonly string PastContacts = SqlFile.Load<CampaignReporter>("PastContacts");

    /// <summary>Null: the campaign has no mailing yet.</summary>
    public async Task<CampaignReport?> RunAsync(ReportRequest request, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using (var settings = new NpgsqlCommand(Settings, connection, transaction))
        {
            await settings.ExecuteNonQueryAsync(cancellationToken);
        }

        var mailings = request.Imported ? [] : await ReadMailingsAsync(request, connection, transaction, cancellationToken);
        if (mailings.Count == 0 && !request.Imported)
        {
            return null;
        }

        var rows = await ReadRowsAsync(request, mailings, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return Assemble(request, mailings, rows);
    }

    private static async Task<List<Started>> ReadMailingsAsync(
        ReportRequest request, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadMailings, connection, transaction) { CommandTimeout = 300 };
        command.Parameters.AddWithValue("campaign", request.Campaign);
        command.Parameters.AddWithValue("as_of", request.AsOf.ToUniversalTime());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var mailings = new List<Started>();
        while (await reader.ReadAsync(cancellationToken))
        {
            mailings.Add(new Started(reader.GetInt32(0), await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2)));
        }

        return mailings;
    }

    private static async Task<List<(int Level, ReportRow Row)>> ReadRowsAsync(
        ReportRequest request, List<Started> mailings, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = request.Imported ? Past(request) : Live(request, mailings);
        (command.Connection, command.Transaction, command.CommandTimeout) = (connection, transaction, 300);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<(int, ReportRow)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add((reader.GetInt32(reader.GetOrdinal("level")), Row(reader, request)));
        }

        return rows;
    }

    private static SelectionStatement? Conversions(ReportRequest request, List<Started> mailings)
    {
        if (request.Conversion is not { } rule)
        {
            return null;
        }

        // Up to and including the moment of the report; the database counts microseconds.
        var until = request.AsOf.AddMicroseconds(1);
        return new SelectionCompiler(request.Model, request.Model.People, new SelectionOptions { Now = request.AsOf, Zone = request.Zone, UsePurchaseSummary = false })
            .Rows(rule, mailings.Min(m => m.At), until);
    }

    private static NpgsqlCommand Live(ReportRequest request, List<Started> mailings)
    {
        var conversions = Conversions(request, mailings);
        var contacts = conversions is null ? LiveContacts : Replaced(LiveContacts, "/*conversion*/", conversions.Sql);
        var command = new NpgsqlCommand(Replaced(ReadRows, "/*contacts*/", contacts));
        conversions?.AddParameters(command);
        command.Parameters.AddWithValue("mailings", mailings.Select(m => m.MailingId).ToArray());
        command.Parameters.AddWithValue("starts", mailings.Select(m => m.At.ToUniversalTime()).ToArray());
        command.Parameters.AddWithValue("as_of", request.AsOf.ToUniversalTime());
        command.Parameters.AddWithValue("window", NpgsqlDbType.Text, request.Response.Window.ToString());
        command.Parameters.AddWithValue("first_touch", request.Response.Attribution == "first-touch");
        command.Parameters.AddWithValue("one_mailing", mailings.Count == 1);
        command.Parameters.AddWithValue("counts", request.Response.Counts.ToArray());
        return command;
    }

    private static NpgsqlCommand Past(ReportRequest request)
    {
        var command = new NpgsqlCommand(Replaced(ReadRows, "/*contacts*/", PastContacts));
        command.Parameters.AddWithValue("campaign", request.Campaign);
        command.Parameters.AddWithValue("as_of", request.AsOf.ToUniversalTime());
        command.Parameters.AddWithValue("one_mailing", false);
        return command;
    }

    // What stands between a mark and the end mark behind it gives way.
    private static string Replaced(string sql, string mark, string replacement)
    {
        var from = sql.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        var to = sql.IndexOf("/*end*/", from, StringComparison.Ordinal);
        return string.Concat(sql.AsSpan(0, from), replacement, sql.AsSpan(to));
    }

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

    private static CampaignReport Assemble(ReportRequest request, List<Started> mailings, List<(int Level, ReportRow Row)> rows)
    {
        // grouping(cell, drop_name): a bit is set where the column is summed over.
        ReportRow[] At(int level) => [.. rows.Where(r => r.Level == level).Select(r => r.Row)];
        var (perDrop, whole) = (At(2), At(3));
        var control = whole.FirstOrDefault(r => r.Control);
        ReportRow Compared(ReportRow row) => row.Control
            ? row
            : row with { Comparison = row.Drop is null ? control : perDrop.FirstOrDefault(r => r.Control && r.Drop == row.Drop) };
        return new CampaignReport
        {
            Campaign = request.Campaign,
            AsOf = request.AsOf,
            Imported = request.Imported,
            Window = request.Window,
            Conversion = request.Response.Conversion?.Text,
            Attribution = request.Response.Attribution,
            Currency = request.Currency ?? mailings.Select(m => m.Currency).FirstOrDefault(c => c is not null),
            Rows = [.. At(0).Select(Compared)],
            Cells = ReportRow.Corrected([.. At(1).Select(Compared)]),
            Drops = [.. perDrop.Where(r => !r.Control && r.Drop is not null).Select(Compared)],
            SampleRatio = SampleRatioOf(request, At(1)),
            Total = Compared(whole.FirstOrDefault(r => !r.Control) ?? new ReportRow()),
        };
    }

    private static SampleRatio? SampleRatioOf(ReportRequest request, IReadOnlyList<ReportRow> cells) => SampleRatio.Of(
        [.. request.Shares.Select(s => (s.Cell ?? (s.Control ? ControlName : "contacted"), s.Share, cells.FirstOrDefault(c => c.Control == s.Control && (s.Control || c.Cell == s.Cell))?.People ?? 0))]);

    private sealed record Started(int MailingId, string? Currency, DateTimeOffset At);
}
