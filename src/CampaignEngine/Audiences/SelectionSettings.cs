using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Audiences;

/// <summary>Server settings for selections over the whole base.</summary>
public static class SelectionSettings
{
    /// <summary>Applies them to the connection's open transaction; they end with it.</summary>
    public static async Task ApplyAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlFile.Load(typeof(SelectionSettings), "SelectionSettings"), connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
