using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Operating;

/// <summary>Reads the figures that lie in the database and not in this process, every now and then rather than at each scrape.</summary>
public sealed class LedgerGauges(NpgsqlDataSource source)
{
    private static readonly KeyValuePair<string, object?> Running = new("state", "running");
    private static readonly KeyValuePair<string, object?> Paused = new("state", "paused");

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
