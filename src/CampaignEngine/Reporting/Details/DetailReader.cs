using CampaignEngine.Database;
using CampaignEngine.Planning;
using CampaignEngine.Rendering;
using Npgsql;

namespace CampaignEngine.Reporting.Details;

/// <summary>Reads what a report's page shows beside the figures, from the same snapshot.</summary>
internal static class DetailReader
{
    private static readonly string Curve = SqlFile.Load(typeof(DetailReader), "ReportCurve");
    private static readonly string ClickHours = SqlFile.Load(typeof(DetailReader), "ReportClickHours");
    private static readonly string SendHours = SqlFile.Load(typeof(DetailReader), "ReportSendHours");
    private static readonly string Links = SqlFile.Load(typeof(DetailReader), "ReportLinks");
    private static readonly string Contents = SqlFile.Load(typeof(DetailReader), "ReportContents");
    private static readonly string LaunchedPlan = SqlFile.Load(typeof(DetailReader), "LaunchedPlan");
    private static readonly string PastTitle = SqlFile.Load(typeof(DetailReader), "PastTitle");

    /// <param name="snapshot">Its contacts must have been kept.</param>
    public static async Task<ReportDetails> ReadAsync(ReportSnapshot snapshot, CancellationToken cancellationToken)
    {
        var zone = snapshot.Request.Zone;
        var contents = await snapshot.ReadAsync(
            Contents, r => (Drop: r.GetString(0), Definition: r.GetString(1), Began: TimeZoneInfo.ConvertTime(r.GetFieldValue<DateTimeOffset>(2), zone).DateTime), cancellationToken);
        // Mailings of tests and of early versions carry no content.
        var messages = contents.Where(c => c.Definition.Length > 2).Select(c => MailingContent.FromJson(c.Definition)).ToList();
        return new ReportDetails
        {
            Zone = zone,
            Title = snapshot.Request.Imported
                ? (await snapshot.ReadAsync(PastTitle, r => r.IsDBNull(0) ? null : r.GetString(0), cancellationToken)).FirstOrDefault()
                : messages.Select(m => m.Title).FirstOrDefault(t => t is not null),
            Plan = (await snapshot.ReadAsync(LaunchedPlan, r => r.GetString(0), cancellationToken)).Where(d => d.Length > 2).Select(PlanDocument.FromJson).FirstOrDefault(),
            Starts = [.. contents.Select(c => (c.Began, c.Drop)).OrderBy(s => s.Began)],
            Curve = await snapshot.ReadAsync(Curve, r => new CurveStep(r.GetBoolean(0), r.GetDateTime(1), r.GetInt64(2), r.GetInt64(3)), cancellationToken),
            Clicks = (await snapshot.ReadAsync(ClickHours, r => (Hour(r), r.GetInt64(2)), cancellationToken)).ToDictionary(h => h.Item1, h => h.Item2),
            SendHours = (await snapshot.ReadAsync(SendHours, r => (Hour(r), (r.GetInt64(2), r.GetInt64(3))), cancellationToken)).ToDictionary(h => h.Item1, h => h.Item2),
            Links = await LinksAsync(snapshot, cancellationToken),
            Messages = [.. messages.Select(MessageOutline.Of).OfType<MessageOutline>()],
        };
    }

    /// <summary>Every link with the people who followed it.</summary>
    public static Task<List<LinkClicks>> LinksAsync(ReportSnapshot snapshot, CancellationToken cancellationToken) =>
        snapshot.ReadAsync(Links, r => new LinkClicks(r.GetString(0), r.GetString(1), r.GetInt64(2), r.GetInt64(3)), cancellationToken);

    private static (int Day, int Hour) Hour(NpgsqlDataReader reader) => (reader.GetInt32(0), reader.GetInt32(1));
}
