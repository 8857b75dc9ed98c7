using CampaignEngine.Customers.Import;
using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Customers.History;

/// <summary>Campaigns of other systems: their tables as import maps name them, and what must hold once a file has been merged.</summary>
public static class PastCampaigns
{
    private const string Contacts = "past_contacts";

    private static readonly EngineEntities Entities = new("CampaignEngine.Customers.History.PastModel.yaml");

    /// <summary>The customer model with the three entities of past campaigns, which nobody else can name.</summary>
    public static CustomerModel With(CustomerModel model) => Entities.With(model);

    /// <summary>Null, or why the map is none of contact history.</summary>
    public static string? Fault(ImportMap map) => Entities.Missing(map) is { } names ? $"{map.File} feeds no history; name {names} in it, or use 'campaign import'" : null;

    /// <summary>For <see cref="CustomerImport"/>: every contact has a time, and no name is taken.</summary>
    /// <exception cref="ImportFailedException">Otherwise.</exception>
    public static async Task SettleAsync(NpgsqlConnection connection, string path, CancellationToken cancellationToken)
    {
        if (await connection.QueryFirstOrDefaultAsync<Untimed>(Command("UntimedCampaigns", cancellationToken)) is { } untimed)
        {
            throw new ImportFailedException(
                $"{path}: campaign '{untimed.Campaign}' has contacts without a time ({untimed.Contacts}); set contacted_at of {Contacts} or starts_at of the campaign. Nothing was imported")
            { InvalidInput = true };
        }

        if (await connection.QueryFirstOrDefaultAsync<string>(Command("OwnCampaigns", cancellationToken)) is { } own)
        {
            throw new ImportFailedException($"{path}: '{own}' is a campaign of this workspace already; give the imported one another name. Nothing was imported") { InvalidInput = true };
        }

        await connection.ExecuteAsync(Command("ForgetClosings", cancellationToken));
        await connection.ExecuteAsync(Command("AnalyzeHistory", cancellationToken));
    }

    /// <summary>Takes an imported campaign out with its contacts and responses; null: there is none of that name.</summary>
    /// <param name="keep">Only counts what would go.</param>
    public static async Task<RemovedHistory?> RemoveAsync(NpgsqlDataSource database, string campaign, bool keep, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (campaigns, contacts, responses) = await connection.QuerySingleAsync<(long, long, long)>(new CommandDefinition(
            SqlFile.Load(typeof(PastCampaigns), "RemoveHistory"), new { campaign }, commandTimeout: 0, cancellationToken: cancellationToken));
        if (!keep)
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return campaigns == 0 ? null : new RemovedHistory(campaign, contacts, responses, !keep);
    }

    private static CommandDefinition Command(string name, CancellationToken cancellationToken) =>
        new(SqlFile.Load(typeof(PastCampaigns), name), commandTimeout: 0, cancellationToken: cancellationToken);

    private sealed record Untimed(string Campaign, long Contacts);
}

/// <summary>What went, or would go.</summary>
public sealed record RemovedHistory(string Campaign, long Contacts, long Responses, bool Removed);
