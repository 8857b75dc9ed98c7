using System.Globalization;
using CampaignEngine.Dispatching;
using Npgsql;

namespace CampaignEngine.EndToEnd.Kills;

/// <summary>What the ledger says against what arrived, and the doubts of each killed worker.</summary>
internal sealed record KillBalance
{
    /// <summary>People on all frozen lists.</summary>
    public long Frozen { get; private set; }

    public long Accepted { get; private set; }

    /// <summary>People who unsubscribed before their message left.</summary>
    public long Skipped { get; private set; }

    /// <summary>Given up after so many attempts; nobody should be.</summary>
    public long GivenUp { get; private set; }

    /// <summary>Without an end, or on no list any more.</summary>
    public long Lost { get; private set; }

    /// <summary>Accepted in the ledger, never arrived.</summary>
    public long Phantom { get; private set; }

    /// <summary>Arrived, neither accepted nor in doubt.</summary>
    public long Unrecorded { get; private set; }

    /// <summary>Granted attempts without an outcome, counted by hand.</summary>
    public long Unknown { get; private set; }

    /// <summary>The same as <c>campaign doubts</c> lists them.</summary>
    public long Listed { get; private set; }

    /// <summary>Of them, how many had arrived.</summary>
    public long ListedAndArrived { get; private set; }

    /// <summary>Doubts left by each process that was granted anything and was killed, in order.</summary>
    public IReadOnlyList<long> DoubtsPerKill { get; private set; } = [];

    /// <summary>Doubts of processes that were never killed.</summary>
    public long DoubtsOfLiving { get; private set; }

    /// <summary>What <c>campaign verify</c> finds fault with.</summary>
    public IReadOnlyList<string> Faults { get; private set; } = [];

    /// <param name="living">Process ids of the workers that were never killed.</param>
    public static async Task<KillBalance> ReadAsync(NpgsqlDataSource source, KillSink sink, int rounds, IReadOnlyList<int> living, CancellationToken cancellationToken)
    {
        var balance = new KillBalance();
        var faults = new List<string>();
        for (var round = 1; round <= rounds; round++)
        {
            var campaign = OfficeHours.Campaign(round);
            foreach (var verdict in (await LedgerVerification.RunAsync(source, campaign, cancellationToken)).Mailings)
            {
                faults.AddRange(verdict.Faults.Select(fault => $"{campaign}: {fault}"));
                balance.Frozen += verdict.Balance.Frozen;
                balance.Accepted += verdict.Balance.Accepted;
                balance.Skipped += verdict.Balance.Skipped;
                balance.GivenUp += verdict.Balance.Expired;
                balance.Lost += verdict.Balance.Frozen - verdict.Balance.Accepted - verdict.Balance.Skipped - verdict.Balance.InDoubt - verdict.Balance.Expired;
            }

            var arrived = sink.Of(round);
            var accepted = await PeopleAsync(source, campaign, cancellationToken);
            var doubts = (await Doubts.ListAsync(source, campaign, withDecided: true, cancellationToken)).Select(d => Person(d.Address)).ToHashSet();
            balance.Phantom += accepted.Except(arrived).Count();
            balance.Unrecorded += arrived.Except(accepted).Except(doubts).Count();
            balance.Listed += doubts.Count;
            balance.ListedAndArrived += doubts.Intersect(arrived).Count();
        }

        balance.Faults = faults;
        var byProcess = await ByProcessAsync(source, cancellationToken);
        balance.Unknown = byProcess.Sum(p => p.Doubts);
        // Process ids come again within the hour: of those with one id, the last lives.
        var alive = byProcess.Where(p => living.Contains(p.Process)).GroupBy(p => p.Process).Select(g => g.MaxBy(p => p.Start)).ToHashSet();
        balance.DoubtsOfLiving = alive.Sum(p => p.Doubts);
        balance.DoubtsPerKill = [.. byProcess.Where(p => !alive.Contains(p)).Select(p => p.Doubts).Order()];
        return balance;
    }

    private static int Person(string address) => int.Parse(address.AsSpan(3, address.IndexOf('@') - 3), CultureInfo.InvariantCulture);

    private static async Task<HashSet<int>> PeopleAsync(NpgsqlDataSource source, string campaign, CancellationToken cancellationToken)
    {
        var people = new HashSet<int>();
        await using var command = source.CreateCommand(
            "SELECT i.address FROM engine.mailing m JOIN engine.mailing_item i USING (mailing_id) JOIN engine.send_outcome o USING (mailing_id, ordinal) WHERE o.outcome = 'accepted' AND m.campaign = $1");
        command.Parameters.AddWithValue(campaign);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            people.Add(Person(reader.GetString(0)));
        }

        return people;
    }

    // A process has one line, with 0 where each of its attempts has an outcome.
    private static async Task<List<(int Process, long Start, long Doubts)>> ByProcessAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var processes = new List<(int, long, long)>();
        await using var command = source.CreateCommand("""
            SELECT split_part(g.owner, '/', 2)::int, split_part(g.owner, '/', 3)::bigint, count(*) FILTER (WHERE o.mailing_id IS NULL)
            FROM engine.send_grant g
            CROSS JOIN LATERAL generate_series(lower(g.ordinals), upper(g.ordinals) - 1) AS i (ordinal)
            LEFT JOIN engine.send_outcome o ON o.mailing_id = g.mailing_id AND o.ordinal = i.ordinal AND o.attempt = g.attempt
            GROUP BY split_part(g.owner, '/', 2), split_part(g.owner, '/', 3)
            """);
        command.CommandTimeout = 600;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            processes.Add((reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return processes;
    }
}
