using CampaignEngine.Campaigns;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Reporting.Winners;

/// <summary>
/// What the remainder of a test, contacted later than the tested people, is compared with: the control cell over the remainder's own window. And what totals are compared with: the control
/// cell divided as the people were, each part over its own window.
/// </summary>
internal sealed class RemainderControls
{
    private static readonly string ReadControls = SqlFile.Load<RemainderControls>("RemainderControls");
    private readonly IReadOnlyList<(string Part, string Drop, ReportRow Row)> _rows;

    private RemainderControls(IReadOnlyList<(string Part, string Drop, ReportRow Row)> rows) => _rows = rows;

    /// <summary>Without any where the campaign tests nothing, holds nobody out, or nothing of a remainder has left.</summary>
    public static async Task<RemainderControls> ReadAsync(ReportSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Request.Test is not { } test)
        {
            return new([]);
        }

        var seen = snapshot.Request.Response.Counts is ["conversion"];
        return new(await snapshot.ReadAsync(
            snapshot.WithConversions(ReadControls),
            r => (r.GetString(0), r.GetString(1), new ReportRow
            {
                Cell = CampaignReporter.ControlName, Control = true, ResponsesSeen = seen, Drop = r.GetString(1) is { Length: > 0 } drop ? drop : null, People = r.GetInt64(2),
                Conversions = r.GetInt64(3), Responses = seen ? r.GetInt64(3) : 0, Orders = r.GetInt64(4), Revenue = r.GetDecimal(5), RevenueSquares = r.GetDecimal(6),
            }),
            cancellationToken,
            new NpgsqlParameter("tested", (double)test.Share.Fraction)));
    }

    /// <summary>The control row of one that the remainder is in; null: there is none of its own.</summary>
    public ReportRow? Of(ReportRow row)
    {
        if (row.Cell is not null && row.Cell != TestDefinition.Remainder)
        {
            return null;
        }

        var part = row.Cell is null ? "all" : "remainder";
        return _rows.Where(r => r.Part == part && r.Drop == (row.Drop ?? "")).Select(r => r.Row).FirstOrDefault();
    }
}
