using CampaignEngine.Campaigns;
using CampaignEngine.Database;

namespace CampaignEngine.Reporting.Winners;

/// <summary>Reads a report's test: its standing from the report's own rows, its decision from the snapshot they were counted in.</summary>
internal static class TestResults
{
    private static readonly string TestOfCampaign = SqlFile.Load(typeof(TestResults), "TestOfCampaign");

    /// <summary>Null: the campaign tests nothing, or nobody was left for a remainder.</summary>
    public static async Task<TestResult?> ReadAsync(ReportSnapshot snapshot, IReadOnlyList<ReportRow> cells, CancellationToken cancellationToken)
    {
        if (snapshot.Request.Test is not { } test)
        {
            return null;
        }

        var found = await snapshot.ReadAsync(
            TestOfCampaign,
            r => new
            {
                People = r.GetInt64(0),
                TestedAt = r.GetFieldValue<DateTimeOffset>(1),
                Open = r.GetBoolean(2),
                Decision = r.IsDBNull(3) ? null : new TestDecision
                {
                    Outcome = r.GetString(3),
                    Cell = r.IsDBNull(4) ? null : r.GetString(4),
                    Because = r.GetString(5),
                    DecidedAt = r.GetFieldValue<DateTimeOffset>(6),
                    DecidedBy = r.IsDBNull(7) ? null : r.GetString(7),
                },
            },
            cancellationToken);
        if (found is not [var row])
        {
            return null;
        }

        var decision = row.Decision is { } made && made.DecidedAt <= snapshot.Request.AsOf ? made : null;
        return new TestResult
        {
            Campaign = snapshot.Request.Campaign,
            AsOf = snapshot.Request.AsOf,
            DecidesAt = row.Open && decision is null ? test.After.After(row.TestedAt).ToUniversalTime() : null,
            Remainder = row.People,
            Decision = decision,
            Standing = WinnerRule.Of(test, cells),
        };
    }
}
