using CampaignEngine.Database.Migrations;
using CampaignEngine.Dispatching;
using Npgsql;

namespace CampaignEngine.Operating;

/// <summary>One thing a process needs to work.</summary>
/// <param name="Fault">What is wrong and what to do; null: nothing.</param>
public sealed record ReadinessFinding(string Name, string? Fault);

/// <summary>Whether a process can do its work now: the database answers, has this program's tables, and belongs to this installation.</summary>
public sealed class Readiness(NpgsqlDataSource source, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>All findings; what cannot be asked without the one before it is left out.</summary>
    public async Task<IReadOnlyList<ReadinessFinding>> CheckAsync(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await using var connection = await source.OpenConnectionAsync(both.Token);
            var (_, pending, faults) = await new MigrationRunner(source, time).InspectAsync(both.Token);
            var migrations = faults.Count > 0 ? string.Join("; ", faults)
                : pending.Count > 0 ? $"{pending.Count} migrations are missing; run: campaign db migrate" : null;
            List<ReadinessFinding> findings = [new("database", null), new("migrations", migrations)];
            if (migrations is null)
            {
                var installation = await InstallationGuard.LookAsync(connection, both.Token);
                findings.Add(new("installation", installation.InstallationId is null ? null : installation.Problem));
            }

            return findings;
        }
        catch (Exception fault) when (fault is NpgsqlException or IOException or TimeoutException)
        {
            return [new("database", $"does not answer: {fault.Message}")];
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return [new("database", $"did not answer within {Patience.TotalSeconds:0} s")];
        }
    }
}
