using CampaignEngine.Database;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Reporting.Rows;

/// <summary>Answers questions for the rows behind figures, from the same contacts the figures were counted from.</summary>
internal static class RowsReader
{
    private static readonly string People = SqlFile.Load(typeof(RowsReader), "CountedPeople");
    private static readonly string Orders = SqlFile.Load(typeof(RowsReader), "CountedOrders");
    private static readonly string Listed = SqlFile.Load(typeof(RowsReader), "CountedListed");
    private static readonly string Clicks = SqlFile.Load(typeof(RowsReader), "CountedClicks");
    private static readonly string Cost = SqlFile.Load(typeof(RowsReader), "CountedCost");

    /// <summary>Measures that an event makes, and the kind of the event.</summary>
    private static readonly Dictionary<string, string> Kinds = new(StringComparer.Ordinal)
    {
        ["opens"] = "open", ["opens_raw"] = "open", ["clicks"] = "click", ["clicks_raw"] = "click", ["replies"] = "reply",
        ["bounced"] = "bounce", ["unsubscribes"] = "unsubscribe", ["complaints"] = "complaint",
    };

    /// <param name="snapshot">Its contacts must have been kept, and grouped where the question asks for a group.</param>
    public static Task<List<CountedRow>> ReadAsync(ReportSnapshot snapshot, RowsQuery query, CancellationToken cancellationToken)
    {
        var sql = query.Measure switch { "orders" or "revenue" => Orders, "cost" => Cost, "listed" => Listed, "click_events" => Clicks, _ => People };
        return snapshot.ReadAsync(
            sql,
            r => new CountedRow(r.GetString(0), r[1] as string, r[2] as string, Time(r, 3), Time(r, 4), r[5] as string, r[6] as decimal?),
            cancellationToken,
            Text("measure", query.Measure), new("control", query.Control), Text("cell", query.Cell), Text("drop", query.Drop), Text("value", query.Value), Text("link", query.Link),
            Text("reason", query.Reason), new("condition", NpgsqlDbType.Integer) { Value = (object?)query.Condition ?? DBNull.Value }, Text("hour", query.Hour), Text("kind", Kinds.GetValueOrDefault(query.Measure)),
            new("machines", query.Measure is not ("opens" or "clicks" or "replies")),
            new("day", NpgsqlDbType.Date) { Value = query.Day is { } day ? DateOnly.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture) : DBNull.Value });
    }

    private static DateTimeOffset? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private static NpgsqlParameter Text(string name, string? value) => new(name, NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value };
}
