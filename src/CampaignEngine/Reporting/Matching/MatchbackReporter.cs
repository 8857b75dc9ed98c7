using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Customers;
using CampaignEngine.Database;

namespace CampaignEngine.Reporting.Matching;

/// <summary>Ties orders to people and, apart from them, to their households, from the same contacts and the same rule as the report.</summary>
internal static class MatchbackReporter
{
    /// <param name="household">The model's field that ties people together.</param>
    public static async Task<MatchbackReport> RunAsync(ReportSnapshot snapshot, Field household, CancellationToken cancellationToken)
    {
        var request = snapshot.Request;
        await snapshot.KeepAsync(cancellationToken);
        await snapshot.ExecuteAsync(Sql("MakeReportHouseholds"), cancellationToken);
        var people = request.Model.People;
        var everybody = new SelectionCompiler(request.Model, people, new SelectionOptions { Now = request.AsOf, Zone = request.Zone })
            .All([], [], [new SelectionColumn("key", BoundExpression.Of(people, people.Key)), new SelectionColumn("value", BoundExpression.Of(people, household))]);
        await using (var fill = snapshot.Command(ReportSnapshot.Replaced(Sql("FillReportHouseholds"), "/*values*/", everybody.Sql), withConversions: false))
        {
            everybody.AddParameters(fill);
            await fill.ExecuteNonQueryAsync(cancellationToken);
        }

        var rows = await snapshot.ReadAsync(
            snapshot.WithConversions(Sql("Matchback")),
            r => new MatchbackRow(
                r.IsDBNull(0) || r.GetString(0).Length == 0 ? r.GetBoolean(1) ? "control" : null : r.GetString(0), r.GetBoolean(1), r.IsDBNull(0), r.GetInt64(2), r.GetInt64(3), r.GetInt64(4), r.GetDecimal(5), r.GetInt64(6), r.GetInt64(7), r.GetDecimal(8)),
            cancellationToken);
        return new MatchbackReport { Campaign = request.Campaign, AsOf = request.AsOf, Window = request.Window, Rows = rows };
    }

    private static string Sql(string name) => SqlFile.Load(typeof(MatchbackReporter), name);
}
