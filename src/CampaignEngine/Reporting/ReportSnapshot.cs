using System.Data;
using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Database;
using CampaignEngine.Tracking.Orders;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Reporting;

/// <summary>
/// The database as it is at one moment, for everything that one report shows. <see cref="KeepAsync"/> keeps what is known of every contact in temporary
/// tables, so that tables, charts and the rows behind a figure are all counted from the same rows.
/// </summary>
internal sealed class ReportSnapshot : IAsyncDisposable
{
    private const int Patience = 300;
    private static readonly string Settings = SqlFile.Load<ReportSnapshot>("ReportSettings");
    private static readonly string ReadMailings = SqlFile.Load<ReportSnapshot>("ReportMailings");
    private static readonly string ReportRows = SqlFile.Load<ReportSnapshot>("ReportRows");
    private static readonly string LiveContacts = SqlFile.Load<ReportSnapshot>("LiveContacts");
    private static readonly string PastContacts = SqlFile.Load<ReportSnapshot>("PastContacts");
    private static readonly string[] Tables = [SqlFile.Load<ReportSnapshot>("MakeReportItems"), SqlFile.Load<ReportSnapshot>("MakeReportGroups")];
    private static readonly string KeepContacts = SqlFile.Load<ReportSnapshot>("KeepContacts");
    private static readonly string AnalyzeReportItems = SqlFile.Load<ReportSnapshot>("AnalyzeReportItems");
    private static readonly string KeptContacts = SqlFile.Load<ReportSnapshot>("KeptContacts");
    private static readonly string ReadForeign = SqlFile.Load<ReportSnapshot>("ForeignRevenue");
    private static readonly string AnyForeign = SqlFile.Load<ReportSnapshot>("AnyForeignRevenue");
    internal static readonly string GroupedContacts = SqlFile.Load<ReportSnapshot>("GroupedContacts");

    private readonly NpgsqlDataSource _database;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;
    private readonly SelectionStatement? _conversions;
    private bool _kept;

    private ReportSnapshot(NpgsqlDataSource database, ReportRequest request, NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<StartedMailing> mailings)
    {
        _database = database;
        (Request, _connection, _transaction, Mailings) = (request, connection, transaction, mailings);
        _conversions = Conversions(foreign: false);
    }

    public ReportRequest Request { get; }

    public IReadOnlyList<StartedMailing> Mailings { get; }

    /// <summary>Currency of the cost; null when no drop states a price.</summary>
    public string? Currency => Request.Currency ?? Mailings.Select(m => m.Currency).FirstOrDefault(c => c is not null);

    /// <summary>Null: the campaign has no mailing yet and is no imported one.</summary>
    public static async Task<ReportSnapshot?> OpenAsync(NpgsqlDataSource database, ReportRequest request, CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        NpgsqlTransaction? transaction = null;
        try
        {
            transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            await using (var settings = new NpgsqlCommand(Settings, connection, transaction))
            {
                await settings.ExecuteNonQueryAsync(cancellationToken);
            }

            var mailings = request.Imported ? [] : await ReadMailingsAsync(request, connection, transaction, cancellationToken);
            if (mailings.Count > 0 || request.Imported)
            {
                return new ReportSnapshot(database, request, connection, transaction, mailings);
            }
        }
        catch
        {
            await CloseAsync(connection, transaction);
            throw;
        }

        await CloseAsync(connection, transaction);
        return null;
    }

    /// <summary>Keeps every contact in report_item until the snapshot ends.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        if (_kept)
        {
            return;
        }

        foreach (var table in Tables)
        {
            await ExecuteAsync(table, cancellationToken);
        }

        await ExecuteAsync(Replaced(KeepContacts, "/*contacts*/", Contacts()), cancellationToken);
        await ExecuteAsync(AnalyzeReportItems, cancellationToken);
        _kept = true;
    }

    /// <summary>
    /// Runs the commands that give the report's figures, by cell and drop, and adds up what they find. The figures of a single large mailing are counted in
    /// parts, each on a connection of its own: all see the database as of the same moment.
    /// </summary>
    public async Task<T[]> FiguresAsync<T>(Func<NpgsqlCommand, Task<T>> read, CancellationToken cancellationToken)
    {
        var sql = Replaced(ReportRows, "/*contacts*/", _kept ? KeptContacts : Contacts());
        var parts = _kept || Mailings is not [var only] ? 1 : (int)Math.Clamp(only.Frozen / Request.ItemsPerPart, 1, Request.Parts);
        if (parts == 1)
        {
            await using var command = Command(sql);
            return [await read(command)];
        }

        await using var export = Command("SELECT pg_export_snapshot()", withConversions: false);
        var moment = (string)(await export.ExecuteScalarAsync(cancellationToken))!;
        // The first part stays on this connection: the snapshot lives as long as its transaction.
        return await Task.WhenAll(ItemRange.Split(Mailings[0].Frozen, parts).Select((range, i) => i == 0 ? CountAsync(_connection, _transaction, range) : CountBesideAsync(range)));

        async Task<T> CountAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, ItemRange range)
        {
            await using var command = Command(sql, withConversions: true, range, (connection, transaction));
            return await read(command);
        }

        async Task<T> CountBesideAsync(ItemRange range)
        {
            await using var connection = await _database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
            // The name comes from the server and has only digits and dashes.
            foreach (var statement in (string[])[$"SET TRANSACTION SNAPSHOT '{moment}'", Settings])
            {
                await using var command = new NpgsqlCommand(statement, connection, transaction);
                await command.ExecuteNonQueryAsync(cancellationToken);
            }

            return await CountAsync(connection, transaction, range);
        }
    }

    /// <summary>The same by the groups of report_group in place of cells; the contacts must have been kept.</summary>
    public NpgsqlCommand GroupedFigures() => Command(Replaced(ReportRows, "/*contacts*/", GroupedContacts));

    /// <summary>A command that sees the database of this moment and may name what every report has: campaign, as_of, zone, mailings, starts, window ...</summary>
    public NpgsqlCommand Command(string sql, bool withConversions = true) => Command(sql, withConversions, ItemRange.All, (_connection, _transaction));

    private NpgsqlCommand Command(string sql, bool withConversions, ItemRange range, (NpgsqlConnection Connection, NpgsqlTransaction Transaction) on)
    {
        var command = new NpgsqlCommand(sql, on.Connection, on.Transaction) { CommandTimeout = Patience };
        if (withConversions)
        {
            _conversions?.AddParameters(command);
        }

        command.Parameters.AddWithValue("campaign", Request.Campaign);
        command.Parameters.AddWithValue("as_of", Request.AsOf.ToUniversalTime());
        command.Parameters.AddWithValue("zone", Request.Zone.Id);
        command.Parameters.AddWithValue("mailings", Mailings.Select(m => m.MailingId).ToArray());
        // Named, so that the lists of other campaigns stay unread.
        command.Parameters.AddWithValue("lists", Mailings.Where(m => m.ListId is not null).Select(m => m.ListId!.Value).Distinct().ToArray());
        command.Parameters.AddWithValue("starts", Mailings.Select(m => m.At.ToUniversalTime()).ToArray());
        command.Parameters.AddWithValue("window", NpgsqlDbType.Text, Request.Response.Window.ToString());
        command.Parameters.AddWithValue("first_touch", Request.Response.Attribution == "first-touch");
        // In one mailing an item is a person.
        command.Parameters.AddWithValue("one_mailing", Mailings.Count == 1);
        command.Parameters.AddWithValue("after", range.After);
        command.Parameters.AddWithValue("up_to", range.UpTo);
        command.Parameters.AddWithValue("with_control", range.WithControl);
        command.Parameters.AddWithValue("counts", Request.Response.Counts.ToArray());
        return command;
    }

    /// <summary>Rows of a statement.</summary>
    /// <param name="parameters">Beside those that every report has.</param>
    public async Task<List<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params IEnumerable<NpgsqlParameter> parameters)
    {
        await using var command = Command(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params IEnumerable<NpgsqlParameter> parameters)
    {
        await using var command = Command(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter);
        }

        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Conversions of people who were contacted in currencies that have no rate: they are counted, and their amounts are in no sum.</summary>
    public async Task<IReadOnlyList<ForeignRevenue>> ForeignRevenueAsync(CancellationToken cancellationToken)
    {
        if (Request is not { MoneyRates: not null, Conversion: { } rule } || Conversions(foreign: true) is not { } statement
            || MoneyRates.CurrencyOf(Request.Model.Entities[rule.Rows.Path[^1].Target]) is null || !await AnyAsync(statement, cancellationToken))
        {
            return [];
        }

        await KeepAsync(cancellationToken);
        await using var command = Command(Replaced(ReadForeign, "/*conversion*/", statement.Sql), withConversions: false);
        statement.AddParameters(command);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<ForeignRevenue>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new ForeignRevenue(reader.GetString(0), reader.GetInt64(1), reader.GetDecimal(2)));
        }

        return found;
    }

    private async Task<bool> AnyAsync(SelectionStatement statement, CancellationToken cancellationToken)
    {
        await using var command = Command(Replaced(AnyForeign, "/*conversion*/", statement.Sql), withConversions: false);
        statement.AddParameters(command);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async ValueTask DisposeAsync() => await CloseAsync(_connection, _transaction);

    // Nothing was written that should stay.
    private static async Task CloseAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction)
    {
        if (transaction is not null)
        {
            await transaction.DisposeAsync();
        }

        await connection.DisposeAsync();
    }

    private static async Task<List<StartedMailing>> ReadMailingsAsync(
        ReportRequest request, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadMailings, connection, transaction) { CommandTimeout = Patience };
        command.Parameters.AddWithValue("campaign", request.Campaign);
        command.Parameters.AddWithValue("as_of", request.AsOf.ToUniversalTime());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var mailings = new List<StartedMailing>();
        while (await reader.ReadAsync(cancellationToken))
        {
            mailings.Add(new StartedMailing(reader.GetInt32(0), await reader.IsDBNullAsync(1, cancellationToken) ? null : reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2),
                await reader.IsDBNullAsync(3, cancellationToken) ? null : reader.GetInt64(3), reader.GetInt64(4)));
        }

        return mailings;
    }

    // What stands between a mark and the end mark behind it gives way.
    internal static string Replaced(string sql, string mark, string replacement)
    {
        var from = sql.IndexOf(mark, StringComparison.Ordinal) + mark.Length;
        var to = sql.IndexOf("/*end*/", from, StringComparison.Ordinal);
        return string.Concat(sql.AsSpan(0, from), "\n", replacement, sql.AsSpan(to));
    }

    /// <summary>A statement with the campaign's conversion rule in its place.</summary>
    public string WithConversions(string sql) => _conversions is null ? sql : Replaced(sql, "/*conversion*/", _conversions.Sql);

    private string Contacts() => Request.Imported ? PastContacts : WithConversions(LiveContacts);

    /// <summary>The rows that are conversions with what their goods cost; null where the model does not say it.</summary>
    public SelectionStatement? ConversionsWithCost() => Request.Cost is null ? null : Conversions(foreign: false, Request.Cost);

    /// <summary>The rows that are conversions and carry one of the campaign's coupons, of whomever; null where there are no codes or no field for them.</summary>
    public SelectionStatement? CouponConversions() => Request is not { Conversion: { } rule, Coupons.Count: > 0, Imported: false } ? null
        : Compiler().RowsWithCoupon(rule, [.. Request.Coupons.Select(c => c.Code)], Mailings.Min(m => m.At), Until, Request.MoneyRates, HandsIn(rule));

    private SelectionStatement? Conversions(bool foreign, BoundExpression? cost = null)
    {
        if (Request.Imported || Request.Conversion is not { } rule)
        {
            return null;
        }

        return Compiler().Rows(rule, Mailings.Min(m => m.At), Until, Request.MoneyRates, HandsIn(rule), foreign, cost);
    }

    // Up to and including the moment of the report; the database counts microseconds.
    private DateTimeOffset Until => Request.AsOf.AddMicroseconds(1);

    private SelectionCompiler Compiler() => new(Request.Model, Request.Model.People, new SelectionOptions { Now = Request.AsOf, Zone = Request.Zone, UsePurchaseSummary = false });

    private bool HandsIn(BoundRelation rule) => OrderTable.Of(Request.Model) is { IsBuiltIn: false } table && table.Holds(rule);
}

/// <param name="Currency">Of the mailing's cost; null where no price is stated.</param>
/// <param name="At">When it began.</param>
/// <param name="ListId">Null: frozen without a list.</param>
/// <param name="Frozen">Its items have the ordinals 1 to this.</param>
internal sealed record StartedMailing(int MailingId, string? Currency, DateTimeOffset At, long? ListId, long Frozen);
