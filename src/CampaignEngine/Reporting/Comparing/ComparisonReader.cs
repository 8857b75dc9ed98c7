using CampaignEngine.Database;
using CampaignEngine.Reporting.Breakdowns;

namespace CampaignEngine.Reporting.Comparing;

/// <summary>Reads what two campaigns are compared by.</summary>
internal static class ComparisonReader
{
    private static readonly string ComparedPeopleSql = SqlFile.Load(typeof(ComparisonReader), "ComparedPeople");

    /// <param name="groups">What stands for the list; null: nothing is known of it.</param>
    /// <returns>The people, or why there are too many groups.</returns>
    public static async Task<(List<ComparedPeople> People, string? Fault)> ReadAsync(ReportSnapshot snapshot, ReportGroups? groups, CancellationToken cancellationToken)
    {
        await snapshot.KeepAsync(cancellationToken);
        if (groups is not null && await groups.FillAsync(snapshot, cancellationToken) is { } fault)
        {
            return ([], fault);
        }

        return (await snapshot.ReadAsync(
            ComparedPeopleSql,
            r => new ComparedPeople(r.GetString(0), r.GetString(3), r.GetString(1), r.GetString(2), r.GetInt64(4), r.GetInt64(5), r.GetInt64(6)),
            cancellationToken), null);
    }
}
