using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Tracking;

/// <summary>What a keycode stands for.</summary>
/// <param name="Cell">Null: the campaign has no cells.</param>
/// <param name="Customer">Key of the person in the customer database.</param>
/// <param name="ContactedAt">When the message was first accepted; null: it was not, as far as is known.</param>
public sealed record KeycodeOwner(string Keycode, string Campaign, string Drop, string Channel, string? Cell, string Customer, bool Seed, DateTimeOffset DueAt, DateTimeOffset? ContactedAt);

/// <summary>Leads from a code that a person reads out to campaign, drop, cell and person.</summary>
public sealed class KeycodeOwners(NpgsqlDataSource database)
{
    private static readonly string Find = SqlFile.Load<KeycodeOwners>("FindKeycode");

    /// <summary>Null: no message has this code.</summary>
    public async Task<KeycodeOwner?> FindAsync(int mailingId, int ordinal, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<KeycodeOwner>(new CommandDefinition(
            Find, new { code = Keycodes.Of(mailingId, ordinal), mailing = mailingId, ordinal }, cancellationToken: cancellationToken));
    }
}
