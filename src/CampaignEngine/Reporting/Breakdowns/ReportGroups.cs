using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Reporting.Breakdowns;

/// <summary>
/// What people can be grouped by: <c>list</c> (the model's list field), <c>segment</c> (rfm.segment), <c>domain</c> (of the mail address), or any expression over
/// the fields of the people. Fields and segments are those of today.
/// </summary>
public sealed class ReportGroups
{
    /// <summary>More rows than people read.</summary>
    private const int Most = 500;
    private static readonly string FillGroups = SqlFile.Load<ReportGroups>("FillReportGroups");
    private static readonly string FillDomains = SqlFile.Load<ReportGroups>("FillReportDomains");
    private static readonly string CountGroups = SqlFile.Load<ReportGroups>("CountReportGroups");

    private readonly SelectionStatement? _values;

    private ReportGroups(string by, SelectionStatement? values) => (By, _values) = (by, values);

    public string By { get; }

    /// <summary>The groups read the purchase summary, which must be refreshed first.</summary>
    public bool UsesPurchaseSummary => _values?.UsesPurchaseSummary == true;

    /// <summary>Null when people cannot be grouped so; <paramref name="problems"/> then says why.</summary>
    public static ReportGroups? Of(string by, CustomerModel model, DateTimeOffset now, TimeZoneInfo zone, ProblemList problems)
    {
        var place = new Place("--by", 1, 1);
        if (by == "domain")
        {
            return new ReportGroups(by, null);
        }

        if (by == "list" && model.People.List is null)
        {
            problems.Error(place, "CE5101", $"{model.People.Name} of {model.File} name no field for the list people came from; add for example 'list: source'");
            return null;
        }

        var written = by switch
        {
            "list" => model.People.List!.Name,
            "segment" => "rfm.segment",
            _ => by,
        };
        if (new ConditionBinder(model, problems).BindExpression(new Written(written, place), model.People) is not { } expression)
        {
            return null;
        }

        if (expression.Kind is ValueKind.Time or ValueKind.TextList)
        {
            problems.Error(place, "CE5102", $"'{Shown.Text(by)}' has a value of its own for nearly everybody; group by something coarser, such as 'year({by})'");
            return null;
        }

        var statement = new SelectionCompiler(model, model.People, new SelectionOptions { Now = now, Zone = zone })
            .All([], [], [new SelectionColumn("key", BoundExpression.Of(model.People, model.People.Key)), new SelectionColumn("value", expression)]);
        return new ReportGroups(by, statement);
    }

    /// <summary>Puts everybody of a snapshot into a group.</summary>
    /// <returns>Null, or why there are too many groups.</returns>
    internal async Task<string?> FillAsync(ReportSnapshot snapshot, CancellationToken cancellationToken)
    {
        await snapshot.KeepAsync(cancellationToken);
        if (_values is null)
        {
            await snapshot.ExecuteAsync(FillDomains, cancellationToken);
        }
        else
        {
            // Its parameters would meet those of the conversion rule.
            await using var command = snapshot.Command(ReportSnapshot.Replaced(FillGroups, "/*values*/", _values.Sql), withConversions: false);
            _values.AddParameters(command);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        var groups = (await snapshot.ReadAsync(CountGroups, r => r.GetInt64(0), cancellationToken))[0];
        return groups > Most ? $"'{Shown.Text(By)}' has {groups} values among these people, more than the {Most} that a report shows; group by something coarser" : null;
    }
}
