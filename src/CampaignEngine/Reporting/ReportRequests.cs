using System.Globalization;
using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Reporting;

/// <summary>Makes report requests from what was launched: the definition stored with the plan counts, not the file as it is today.</summary>
public sealed class ReportRequests(NpgsqlDataSource database, CustomerModel model, EngineSettings settings)
{
    private static readonly string ReadDefinition = SqlFile.Load<ReportRequests>("LaunchedDefinition");
    private static readonly string ReadPast = SqlFile.Load<ReportRequests>("PastCampaign");

    /// <summary>Null: the campaign has no mailing and was not imported, or its rule no longer fits the model; <paramref name="problems"/> then says so.</summary>
    public async Task<ReportRequest?> ForAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        if (await ReadAsync(campaign, cancellationToken) is not var (file, yaml))
        {
            return await PastAsync(campaign, asOf, cancellationToken);
        }

        return CampaignLoader.Load(file, Encoding.UTF8.GetBytes(yaml), problems) is { } definition ? Of(definition, asOf, problems) : null;
    }

    /// <summary>The same from a definition at hand; null when the conversion rule does not fit the model.</summary>
    public ReportRequest? Of(CampaignDefinition definition, DateTimeOffset asOf, ProblemList problems)
    {
        var rule = definition.Response.Conversion;
        var binder = new ConditionBinder(model, problems);
        var conversion = rule is null ? null : binder.BindRelation(rule, model.People);
        var cost = conversion?.Target.Cost is { } written ? binder.BindExpression(written, conversion.Target) : null;
        return (rule is not null && conversion is null) || (conversion?.Target.Cost is not null && cost is null)
            ? null
            : new ReportRequest
            {
                Campaign = definition.Name,
                Kind = definition.Kind,
                Response = definition.Response,
                Model = model,
                Conversion = conversion,
                Cost = cost,
                Coupons = definition.Coupons,
                MoneyRates = new MoneyRates(settings.BaseCurrency, settings.Rates),
                Shares = [.. Shares(definition)],
                Budget = definition.Budget?.Amount,
                Goal = definition.Goal,
                Test = definition.Test,
                Zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Zone),
                AsOf = asOf,
            };
    }

    // A drop for a part of the list contacts part of a cell, while the control cell stays whole: without a drop for everybody the sizes say nothing.
    private static IEnumerable<CellShare> Shares(CampaignDefinition definition)
    {
        var held = (double)definition.Audience.Holdout.Fraction;
        var tested = (double)(definition.Test?.Share.Fraction ?? 1);
        if (definition.Drops.All(d => d.Only is not null) || (held == 0 && definition.Cells.Count < 2))
        {
            return [];
        }

        IEnumerable<CellShare> contacted = definition.Cells.Count == 0
            ? [new CellShare(null, false, 1 - held)]
            : definition.Cells.Select(c => new CellShare(c.Name, false, (1 - held) * tested * (double)c.Share.Fraction));
        contacted = tested == 1 ? contacted : contacted.Append(new CellShare(TestDefinition.Remainder, false, (1 - held) * (1 - tested)));
        return held == 0 ? contacted : contacted.Append(new CellShare(null, true, held));
    }

    private async Task<ReportRequest?> PastAsync(string campaign, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReadPast);
        command.Parameters.AddWithValue("campaign", campaign);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var nowhere = new Place(campaign, 1, 1);
        var zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Zone);
        string? Text(string column) => reader[column] as string;
        string[] window =
        [
            .. reader["window_days"] is int days ? [string.Create(CultureInfo.InvariantCulture, $"{days} days")] : Array.Empty<string>(),
            .. reader["ends_at"] is DateTime end ? [string.Create(CultureInfo.InvariantCulture, $"to {TimeZoneInfo.ConvertTime(new DateTimeOffset(end), zone):yyyy-MM-dd HH:mm}")] : Array.Empty<string>(),
        ];
        return new ReportRequest
        {
            Campaign = campaign,
            Kind = Text("kind"),
            Imported = true,
            Window = window.Length == 0 ? "open" : string.Join(", ", window),
            Response = new ResponseDefinition { Place = nowhere, Attribution = "as stated", Conversion = Text("conversion") is { } rule ? new Written(rule, nowhere) : null },
            Currency = Text("currency"),
            Budget = reader["budget"] as decimal?,
            Model = model,
            Zone = zone,
            AsOf = asOf,
        };
    }

    private async Task<(string File, string Yaml)?> ReadAsync(string campaign, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReadDefinition);
        command.Parameters.AddWithValue("campaign", campaign);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetString(0), reader.GetString(1)) : null;
    }
}
