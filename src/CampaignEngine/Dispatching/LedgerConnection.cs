using CampaignEngine.Database;
using CampaignEngine.Dispatching.Braking;
using CampaignEngine.Operating;
using CampaignEngine.Scheduling;
using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>The one connection through which a worker writes the ledger. Used by the coordinator alone.</summary>
internal sealed class LedgerConnection(NpgsqlDataSource source, string owner, DispatchOptions options, LostWorkers lostWorkers, CrashPoint crash, TimeProvider time) : IAsyncDisposable
{
    private readonly BrakeLedger _brakes = new(options, time);
    private NpgsqlConnection? _connection;

    public bool IsOpen => _connection is { FullState: System.Data.ConnectionState.Open };

    /// <summary>Why the last statement or commit failed.</summary>
    public string? LastFault { get; private set; }

    /// <summary>Which installation the database was made or adopted as, once connected.</summary>
    public Guid Installation { get; private set; }

    /// <summary>Connects when needed. Null when connected and the database belongs to this installation, else one sentence.</summary>
    public async Task<string?> OpenAsync(CancellationToken cancellationToken)
    {
        if (IsOpen)
        {
            return null;
        }

        await CloseAsync();
        try
        {
            _connection = await source.OpenConnectionAsync(cancellationToken);
            await using (var prepare = Command("PrepareLedgerSession"))
            {
                prepare.Parameters.AddWithValue("lease", options.Lease);
                await prepare.ExecuteNonQueryAsync(cancellationToken);
            }

            var installation = await InstallationGuard.CheckAsync(_connection, cancellationToken);
            var held = installation.Problem;
            Installation = installation.InstallationId ?? Guid.Empty;
            if (held is not null)
            {
                await CloseAsync();
            }

            return held;
        }
        catch (NpgsqlException fault)
        {
            await CloseAsync();
            return $"the database cannot be reached: {Words(fault)}";
        }
    }

    /// <summary>Gives ended mailings' remaining items their outcome, settles the grants of lost workers, completes mailings.</summary>
    /// <param name="tell">Receives what an operator should read.</param>
    public async Task<DispatchCounts> HousekeepAsync(Action<string> tell, CancellationToken cancellationToken)
    {
        await using (var settle = Command("SettleEnded"))
        {
            await settle.ExecuteNonQueryAsync(cancellationToken);
        }

        var (doubts, sentences) = await lostWorkers.FenceAsync(_connection!, Installation, cancellationToken);
        foreach (var sentence in sentences)
        {
            tell(sentence);
        }

        await Doubts.DecideByPolicyAsync(_connection!, options.Retry, cancellationToken);
        EngineMeter.LostGrants.Add(doubts);
        var counts = new DispatchCounts { InDoubt = doubts };
        await using var complete = Command("CompleteMailings");
        await using var reader = await complete.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            counts = counts with { Completed = counts.Completed + 1 };
        }

        return counts;
    }

    /// <summary>Counts, decides and reads brakes.</summary>
    public Task BrakeAsync(BrakesInHand brakes, Action<string> say, CancellationToken cancellationToken) =>
        _brakes.LookAsync(_connection!, brakes, mailing => ReadMailingAsync(mailing, cancellationToken), say, cancellationToken);

    /// <summary>Takes up to <paramref name="count"/> chunks in hand; what an earlier owner left open becomes a doubt in the same transaction.</summary>
    /// <param name="heldBack">Of these none: chunks in hand wait for their limits already, or a brake has stopped them.</param>
    public async Task<IReadOnlyList<AcquiredChunk>> AcquireAsync(
        string channel, int count, IEnumerable<LimitedGroup> heldBack, CancellationToken cancellationToken)
    {
        var taken = new List<AcquiredChunk>();
        await using var transaction = await _connection!.BeginTransactionAsync(cancellationToken);
        await using (var acquire = Command("AcquireChunks"))
        {
            acquire.Parameters.AddWithValue("channel", channel);
            acquire.Parameters.AddWithValue("count", count);
            acquire.Parameters.AddWithValue("owner", owner);
            acquire.Parameters.AddWithValue("lease", options.Lease);
            AddHeld(acquire, heldBack);
            await using var reader = await acquire.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                taken.Add(new AcquiredChunk(
                    reader.GetInt32(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4), Text(5), Text(6), Text(7)));

                string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
            }
        }

        await LostWorkers.DoubtAsync(_connection, taken.Where(c => c.Epoch > 1).Select(c => (c.MailingId, c.ChunkNo)), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return taken;
    }

    public async Task<MailingToSend> ReadMailingAsync(int mailingId, CancellationToken cancellationToken)
    {
        await using var command = Command("ReadMailing");
        command.Parameters.AddWithValue("mailing_id", mailingId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new MailingToSend(
            reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetString(3),
            reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetString(6))
        {
            Hours = SendingHours.FromJson(reader.IsDBNull(7) ? null : reader.GetString(7)),
        };
    }

    /// <summary>Chunks in other workers' hands, and chunks that are due and free.</summary>
    /// <param name="paused">Of these none counts: a brake has stopped them.</param>
    public async Task<(long Elsewhere, long Free)> CountWorkAsync(string channel, IEnumerable<LimitedGroup> paused, CancellationToken cancellationToken)
    {
        await using var command = Command("CountWork");
        command.Parameters.AddWithValue("channel", channel);
        command.Parameters.AddWithValue("owner", owner);
        AddHeld(command, paused);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>One durable commit. The answer counts only when the end is <see cref="TickEnd.Committed"/>.</summary>
    public async Task<TickEnd> TickAsync(TickPlan plan, TickAnswer answer)
    {
        NpgsqlTransaction transaction;
        try
        {
            if (plan.Results.Count > 0)
            {
                crash.Hit(CrashPoint.BeforeOutcomeTick);
            }

            transaction = await _connection!.BeginTransactionAsync();
            await new TickStatements(_connection, transaction, owner, options, time).RunAsync(plan, answer);
        }
        catch (Exception fault) when (fault is NpgsqlException or IOException or TimeoutException)
        {
            // No COMMIT was asked for: whatever happened, the server rolls it back.
            LastFault = Words(fault);
            await CloseAsync();
            return IsRefusal(fault) ? TickEnd.Refused : TickEnd.Lost;
        }

        if (plan.AsksForGrants)
        {
            crash.Hit(CrashPoint.BeforeTickCommit);
        }

        try
        {
            await transaction.CommitAsync();
        }
        catch (Exception fault) when (fault is NpgsqlException or IOException or TimeoutException)
        {
            LastFault = Words(fault);
            await CloseAsync();
            return fault is PostgresException { InvariantSeverity: "ERROR" } ? IsRefusal(fault) ? TickEnd.Refused : TickEnd.Lost : TickEnd.Unknown;
        }

        if (plan.AsksForGrants)
        {
            crash.Hit(CrashPoint.AfterTickCommit);
        }

        return TickEnd.Committed;
    }

    /// <summary>After <see cref="TickEnd.Unknown"/>: waits for the old transaction to be over and tells which of its grants stand, and where the cursors are.</summary>
    public async Task<(HashSet<long> Grants, Dictionary<(int MailingId, int ChunkNo), int> Cursors)> LookUpAsync(
        TickPlan plan, TickAnswer answer, CancellationToken cancellationToken)
    {
        var chunks = plan.Ranges.Concat(plan.Retries).Select(wish => wish.Chunk).Distinct().ToList();
        var cursors = new Dictionary<(int, int), int>();
        var grants = new HashSet<long>();
        await using var transaction = await _connection!.BeginTransactionAsync(cancellationToken);
        await using (var locking = Command("LockChunks"))
        {
            locking.Parameters.AddWithValue("mailings", chunks.Select(c => c.Mailing.Mailing.MailingId).ToArray());
            locking.Parameters.AddWithValue("chunks", chunks.Select(c => c.ChunkNo).ToArray());
            await using var reader = await locking.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                cursors[(reader.GetInt32(0), reader.GetInt32(1))] = reader.GetInt32(3);
            }
        }

        await using (var find = Command("FindGrants"))
        {
            find.Parameters.AddWithValue("grants", answer.Granted.Select(g => g.GrantId).Distinct().ToArray());
            await using var reader = await find.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                grants.Add(reader.GetInt64(0));
            }
        }

        await transaction.RollbackAsync(cancellationToken);
        return (grants, cursors);
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    /// <summary>Drops the connection after a fault; the next <see cref="OpenAsync"/> makes a new one.</summary>
    public async Task CloseAsync()
    {
        if (_connection is { } connection)
        {
            _connection = null;
            await connection.DisposeAsync();
        }
    }

    private static void AddHeld(NpgsqlCommand command, IEnumerable<LimitedGroup> groups)
    {
        var held = groups.ToList();
        command.Parameters.AddWithValue("held_mailings", held.Select(g => g.Mailing.Mailing.MailingId).ToArray());
        command.Parameters.AddWithValue("held_providers", held.Select(g => g.Provider ?? "").ToArray());
    }

    /// <summary>A fault as an operator should read it.</summary>
    public static string Words(Exception fault) => fault is PostgresException { SqlState: PostgresErrorCodes.DiskFull } full
        ? $"its disk is full; make room there, and sending goes on by itself ({full.MessageText})" : fault.Message;

    // Deadlocks, full disks and shutdowns pass; a broken rule does not.
    private static bool IsRefusal(Exception fault) => fault is PostgresException { InvariantSeverity: "ERROR", IsTransient: false };

    private NpgsqlCommand Command(string name) => new(SqlFile.Load<LedgerConnection>(name), _connection);
}
