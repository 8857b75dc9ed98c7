using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Operating;

/// <summary>Reads the figures that lie in the database and not in this process, every now and then rather than at each scrape.</summary>
public sealed class LedgerGauges(NpgsqlDataSource source)
{
    private static readonly KeyValuePair<string, object?> Running = new("state", "running");
    private static readonly KeyValuePair<string, object?> Paused = new("state", "paused");
    private readonly HashSet<string> _braked = [];

    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var count = await connection.QuerySingleAsync<Counted>(new CommandDefinition(SqlFile.Load<LedgerGauges>("CountLedger"), cancellationToken: cancellationToken));
        EngineMeter.OpenDoubts.Record(count.OpenDoubts);
        EngineMeter.Mailings.Record(count.Running, Running);
        EngineMeter.Mailings.Record(count.Paused, Paused);
        EngineMeter.Ungranted.Record(count.Ungranted);
        EngineMeter.Waiting.Record(count.Waiting);
        EngineMeter.Overdue.Record(count.Overdue);
        foreach (var brake in await connection.QueryAsync<Brake>(new CommandDefinition(SqlFile.Load<LedgerGauges>("ReadBrakeGauges"), new { known = _braked.ToArray() }, cancellationToken: cancellationToken)))
        {
            Record(brake);
        }
    }

    // One that was lifted is told once more: a series that has begun does not end before its process.
    private void Record(Brake brake)
    {
        var (kind, name) = brake.Subject.IndexOf(':', StringComparison.Ordinal) is var at and > 0 ? (brake.Subject[..at], brake.Subject[(at + 1)..]) : ("", brake.Subject);
        KeyValuePair<string, object?>[] labels = [new("kind", kind), new("name", name)];
        EngineMeter.BrakeFactor.Record(brake.Factor, labels);
        EngineMeter.BrakeSince.Record(brake.Since, labels);
        _ = brake.IsOpen ? _braked.Remove(brake.Subject) : _braked.Add(brake.Subject);
    }

    private sealed record Brake
    {
        public string Subject { get; init; } = "";

        public bool IsOpen { get; init; }

        public double Factor { get; init; }

        public double Since { get; init; }
    }

    private sealed record Counted
    {
        public long OpenDoubts { get; init; }

        public long Running { get; init; }

        public long Paused { get; init; }

        public long Ungranted { get; init; }

        public long Waiting { get; init; }

        public double Overdue { get; init; }
    }
}
