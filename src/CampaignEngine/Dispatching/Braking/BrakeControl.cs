using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Dispatching.Braking;

/// <summary>Operators end what brakes began; every worker sees it within a second.</summary>
public static class BrakeControl
{
    /// <summary>Ends pauses and slow-downs; what was counted before is forgotten. Returns the subjects that were held back.</summary>
    public static async Task<IReadOnlyList<string>> LiftAsync(NpgsqlDataSource source, string[] subjects, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(SqlFile.Load(typeof(BrakeControl), "LiftBrakes"), new { subjects }, cancellationToken: cancellationToken))];
    }
}
