using System.Text;
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

    /// <summary>Null: the campaign has no mailing yet, or its rule no longer fits the model; <paramref name="problems"/> then says so.</summary>
    public async Task<ReportRequest?> ForAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken)
    {
        if (await ReadAsync(campaign, cancellationToken) is not var (file, yaml) || CampaignLoader.Load(file, Encoding.UTF8.GetBytes(yaml), problems) is not { } definition)
        {
            return null;
        }

        return Of(definition, asOf, problems);
    }

    /// <summary>The same from a definition at hand; null when the conversion rule does not fit the model.</summary>
    public ReportRequest? Of(CampaignDefinition definition, DateTimeOffset asOf, ProblemList problems)
    {
        var rule = definition.Response.Conversion;
        var conversion = rule is null ? null : new ConditionBinder(model, problems).BindRelation(rule, model.People);
        return rule is not null && conversion is null
            ? null
            : new ReportRequest
            {
                Campaign = definition.Name,
                Response = definition.Response,
                Model = model,
                Conversion = conversion,
                Zone = TimeZoneInfo.FindSystemTimeZoneById(settings.Zone),
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
