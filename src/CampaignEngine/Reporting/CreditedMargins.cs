using CampaignEngine.Database;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Reporting;

/// <summary>What the conversions of a report leave after the cost of their goods: by the model's cost of each, or by the share of the revenue that the campaign states.</summary>
internal sealed class CreditedMargins
{
    private static readonly string ReadMargins = SqlFile.Load<CreditedMargins>("CreditedMargins");
    private static readonly Margin Nothing = new(0, 0, 0, 0, 0);
    private readonly Dictionary<(int Level, bool Control, string Cell, string Drop), Margin>? _known;
    private readonly decimal? _share;

    private CreditedMargins(Dictionary<(int Level, bool Control, string Cell, string Drop), Margin>? known, decimal? share) => (_known, _share) = (known, share);

    /// <summary>Reads the cost of every credited conversion, where the model names it for the rule's table; keeps the snapshot's contacts then.</summary>
    public static Task<CreditedMargins> ReadAsync(ReportSnapshot snapshot, CancellationToken cancellationToken) => ReadAsync(snapshot, ReadMargins, cancellationToken);

    /// <summary>The same by the groups of report_group in place of cells.</summary>
    public static Task<CreditedMargins> ReadGroupedAsync(ReportSnapshot snapshot, CancellationToken cancellationToken) =>
        ReadAsync(snapshot, ReportSnapshot.Replaced(ReadMargins, "/*contacts*/", ReportSnapshot.GroupedContacts), cancellationToken);

    private static async Task<CreditedMargins> ReadAsync(ReportSnapshot snapshot, string sql, CancellationToken cancellationToken)
    {
        var share = snapshot.Request.Response.Margin?.Fraction;
        if (snapshot.ConversionsWithCost() is not { } conversions)
        {
            return new(null, share);
        }

        await snapshot.KeepAsync(cancellationToken);
        await using var command = snapshot.Command(ReportSnapshot.Replaced(sql, "/*conversion*/", conversions.Sql), withConversions: false);
        conversions.AddParameters(command);
        command.Parameters.Add(new NpgsqlParameter("share", NpgsqlDbType.Numeric) { Value = (object?)share ?? DBNull.Value });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var known = new Dictionary<(int, bool, string, string), Margin>();
        while (await reader.ReadAsync(cancellationToken))
        {
            known[(reader.GetInt32(0), reader.GetBoolean(1), reader.GetString(2), reader.GetString(3))] =
                new Margin(reader.GetDecimal(4), reader.GetDecimal(5), reader.GetDecimal(6), reader.GetInt64(7), reader.GetDecimal(8));
        }

        return new(known, share);
    }

    /// <summary>The row with its margin, where any is known.</summary>
    /// <param name="level">grouping(cell, drop_name) of the row.</param>
    /// <param name="cell">As the contacts have it.</param>
    public ReportRow Of(int level, string? cell, ReportRow row)
    {
        if (_known is null)
        {
            return _share is { } share ? row with { Margin = decimal.Round(row.Revenue * share, 4), MarginSquares = row.RevenueSquares * share * share } : row;
        }

        var margin = At(level, row.Control, cell, row.Drop);
        return row with { Margin = decimal.Round(margin.Amount, 4), MarginSquares = margin.Squares };
    }

    /// <summary>Over the contacted people; null where the model names no cost.</summary>
    public Margin? Total => _known is null ? null : At(CampaignReporter.Whole, control: false, null, null);

    private Margin At(int level, bool control, string? cell, string? drop) => _known!.GetValueOrDefault((level, control, cell ?? "", drop ?? ""), Nothing);

    /// <param name="Squares">Sum over people of their squared margin.</param>
    /// <param name="Cost">Of the goods, where known.</param>
    /// <param name="OrdersWithout">Conversions whose cost is not known, and their amounts.</param>
    internal sealed record Margin(decimal Amount, decimal Squares, decimal Cost, long OrdersWithout, decimal RevenueWithout);
}
