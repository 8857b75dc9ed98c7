using System.Text.Json.Nodes;
using CampaignEngine.Cli.Output;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Breakdowns;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary>Groups of a report's people as they are written out: the group in front, then the figures of a report's rows.</summary>
internal static class BreakdownView
{
    public static Action<ResultWriter> Of(Breakdown breakdown) => writer => writer.Document(
        new JsonObject
        {
            ["campaign"] = breakdown.Campaign,
            ["as_of"] = breakdown.AsOf,
            ["by"] = breakdown.By,
            ["rows"] = new JsonArray([.. breakdown.Rows.Select(row => Row(breakdown.By, row))]),
        },
        console => ReportTables.Write(console, breakdown),
        csv => csv.Rows(breakdown.Rows.Select(row => Row(breakdown.By, row))));

    /// <summary>Rows that all have the same members.</summary>
    public static Action<ResultWriter> Of<T>(ReportList<T> list) => writer => writer.Document(list, _ => writer.Rows(list.Rows), csv => csv.Rows(list.Rows));

    private static JsonObject Row(string by, ReportRow row)
    {
        var members = JsonObject.Create(JsonResults.Element(row))!;
        members.Remove("cell");
        members.Remove("drop");
        members.Insert(0, "value", by == "drop" ? row.Drop : row.Cell);
        return members;
    }
}
