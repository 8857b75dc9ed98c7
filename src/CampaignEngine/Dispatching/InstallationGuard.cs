using CampaignEngine.Database;
using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>
/// Recognises a database that is not the one the engine sent from: a dump restored elsewhere (another system identifier), a recovered backup or a
/// promoted standby (another timeline). Such a database may lack the last grants, so that what it calls pending may have been sent;
/// everything is held until a person adopts it. A copy of a stopped server's files cannot be told from the original.
/// </summary>
public static class InstallationGuard
{
    /// <summary>Registers a database that has never been used; otherwise compares.</summary>
    public static async Task<InstallationCheck> CheckAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(connection, cancellationToken);
        if (found.InstallationId is not null)
        {
            return found;
        }

        await RunAsync(connection, "RegisterInstallation", cancellationToken);
        return await ReadAsync(connection, cancellationToken);
    }

    /// <summary>Compares and registers nothing.</summary>
    public static Task<InstallationCheck> LookAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => ReadAsync(connection, cancellationToken);

    /// <summary>Makes this database the installation: the operator knows that nothing is lost, or has reconciled it.</summary>
    public static async Task<InstallationCheck> AdoptAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await RunAsync(connection, "AdoptInstallation", cancellationToken);
        return await ReadAsync(connection, cancellationToken);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string statement, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlFile.Load(typeof(InstallationGuard), statement), connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<InstallationCheck> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlFile.Load(typeof(InstallationGuard), "ReadInstallation"), connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new InstallationCheck(
            reader.IsDBNull(0) ? null : reader.GetGuid(0),
            reader.IsDBNull(1) ? 0 : reader.GetInt64(1),
            reader.IsDBNull(2) ? 0 : reader.GetInt32(2),
            reader.GetInt64(3),
            reader.GetInt32(4));
    }
}

/// <summary>What the database says it is, and what it really is.</summary>
public sealed record InstallationCheck(Guid? InstallationId, long SystemId, int Timeline, long ActualSystemId, int ActualTimeline)
{
    /// <summary>Null when nothing has to be held.</summary>
    public string? Problem =>
        InstallationId is null ? "the database has no installation"
        : SystemId != ActualSystemId ? Held("was copied or restored from another server")
        : Timeline != ActualTimeline ? Held("was recovered from a backup or is a promoted standby")
        : null;

    private static string Held(string what) =>
        $"everything is held: this database {what} and may not know what was sent last. Compare with the relay's log, then run: campaign db adopt";
}
