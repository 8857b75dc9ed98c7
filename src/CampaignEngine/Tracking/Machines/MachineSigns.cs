using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Tracking.Machines;

/// <summary>How often a sign was seen.</summary>
/// <param name="Sign">Null: events with no sign at all.</param>
/// <param name="Events">Events that show it.</param>
/// <param name="Machines">Those of them that are taken for a machine's, for this sign or others.</param>
public sealed record MachineSign(string Kind, string? Sign, long Events, long Machines);

/// <summary>Counts of signs over stored events; seeds are left out.</summary>
public sealed class MachineSigns(NpgsqlDataSource database)
{
    private static readonly string Count = SqlFile.Load<MachineSigns>("CountSigns");

    /// <param name="campaign">Null: all campaigns.</param>
    public async Task<IReadOnlyList<MachineSign>> CountAsync(string? campaign, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<MachineSign>(new CommandDefinition(Count, new { campaign = new DbString { Value = campaign } }, commandTimeout: 300, cancellationToken: cancellationToken))];
    }
}
