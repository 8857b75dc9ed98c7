using CampaignEngine.Authoring;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Reporting.Attribution;

/// <summary>
/// Credits the conversions of a campaign in several ways from one set of rows: its contacts and those of every other campaign whose rule names the same
/// conversion and whose window holds it.
/// </summary>
internal sealed class AttributionReporter(NpgsqlDataSource database, ReportRequests requests)
{
    private const string Others = "(other campaigns)";
    private static readonly string Touches = SqlFile.Load<AttributionReporter>("Touches");
    private static readonly string CountContacted = SqlFile.Load<AttributionReporter>("CountContacted");
    private static readonly string Overlapping = SqlFile.Load<AttributionReporter>("OverlappingCampaigns");

    /// <param name="report">As it may be shown: touches of its hidden cells and drops are credited to the row they are added up in.</param>
    /// <param name="smallest">Fewer people are not shown by themselves. Above 1 all other campaigns stand in one row; where none of them has so many people they are left out, as if they had not been.</param>
    /// <param name="problems">Gets what keeps another campaign's rule from being read.</param>
    /// <returns>Null when there are problems.</returns>
    public async Task<AttributionReport?> RunAsync(ReportSnapshot snapshot, CampaignReport report, int smallest, ProblemList problems, CancellationToken cancellationToken)
    {
        List<Touch> touches = [.. (await ReadAsync(snapshot, cancellationToken)).Select(t => Shown(t, report))];
        var orders = touches.Select(t => t.Order).ToHashSet(StringComparer.Ordinal);
        List<string> others = [];
        List<Touch> further = [];
        var most = 0L;
        foreach (var other in await snapshot.ReadAsync(Overlapping, r => r.GetString(0), cancellationToken))
        {
            if (await requests.ForAsync(other, snapshot.Request.AsOf, problems, cancellationToken) is not { } request)
            {
                continue;
            }

            // Rows of different tables are different conversions, whatever their keys.
            if (request.Conversion?.Target.Name != snapshot.Request.Conversion?.Target.Name
                || await ReportSnapshot.OpenAsync(database, request, cancellationToken) is not { } theirs)
            {
                continue;
            }

            await using (theirs)
            {
                await theirs.KeepAsync(cancellationToken);
                var shared = (await ReadAsync(theirs, cancellationToken)).Where(t => orders.Contains(t.Order)).ToList();
                if (shared.Count > 0)
                {
                    others.Add(other);
                    most = Math.Max(most, (await theirs.ReadAsync(CountContacted, r => r.GetInt64(0), cancellationToken))[0]);
                    further.AddRange(smallest > 1 ? shared.Select(t => t with { Campaign = Others, Drop = "", Channel = "", Cell = null }) : shared);
                }
            }
        }

        // A row of few people tells who of them bought, and a total with it would by subtraction.
        return problems.HasErrors ? null : most < smallest ? new CreditSheet(report, touches).Report([]) : new CreditSheet(report, [.. touches, .. further]).Report(others);
    }

    private static Touch Shown(Touch touch, CampaignReport report)
    {
        touch = report.Drops.Count > 0 ? touch : touch with { Drop = "", Channel = "" };
        return report.Cells.Any(c => !c.Control && c.Cell == touch.Cell) ? touch : touch with { Cell = report.Cells.FirstOrDefault(c => c is { IsMerged: true, Control: false })?.Cell };
    }

    private static Task<List<Touch>> ReadAsync(ReportSnapshot snapshot, CancellationToken cancellationToken) => snapshot.ReadAsync(
        snapshot.WithConversions(Touches),
        r => new Touch(
            r.GetString(0), r.GetFieldValue<DateTimeOffset>(1), r.GetDecimal(2), r.GetFieldValue<DateTimeOffset>(3), snapshot.Request.Campaign, r.GetString(4), r.GetString(5),
            r.GetString(6) is { Length: > 0 } cell ? cell : null, r.GetInt32(7)),
        cancellationToken);
}
