using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Campaigns;
using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Deduplication;

/// <summary>What the list is checked against besides its own duplicates.</summary>
/// <param name="SuppressionScopes">"global" and those of brand and campaign.</param>
/// <param name="Drop">Name of the lead drop.</param>
/// <param name="Withdrawals">Whether the table of <see cref="Deduplication.Withdrawals"/> holds anything for this list.</param>
/// <param name="OnceScope">Scope of the lead drop in contact_once; null for a recurring drop, which may reach people again.</param>
/// <param name="ContentHash">Content of the lead drop: a copied campaign with the same message reaches nobody twice.</param>
public sealed record ListChecks(IReadOnlyList<string> SuppressionScopes, string Drop, string? OnceScope, byte[] ContentHash, IReadOnlyList<ContactCap> Caps, DateTimeOffset Now, bool Withdrawals);

/// <summary>
/// From selected rows to a list in which everybody of the universe has one reason. Runs inside the caller's transaction: either the
/// whole list stands or nothing does. People stream through; memory does not grow with the list.
/// </summary>
public sealed class ListBuilder(NpgsqlConnection connection)
{
    /// <param name="rows">Customer key, number of the failed condition (0: none), then the layout's expressions in order.</param>
    public async Task<BuiltList> BuildAsync(
        CampaignDefinition campaign, CandidateLayout layout, CandidateMaker maker, NpgsqlDataReader rows, ListChecks checks,
        Action<long>? read, CancellationToken cancellationToken)
    {
        var list = await connection.ExecuteScalarAsync<long>(Command("InsertList", new { campaign = campaign.Name }, cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition("SELECT engine.add_list(@list)", new { list }, cancellationToken: cancellationToken));
        await Run("CreateCandidate", null, cancellationToken);
        await Run("FindHadIt", new { campaign = campaign.Name, drop = checks.Drop, scope = checks.OnceScope, content = checks.ContentHash }, cancellationToken);
        await CopyAsync(list, rows, layout, maker, read, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("ANALYZE candidate", cancellationToken: cancellationToken));
        await ExcludeAsync(campaign, layout, checks, cancellationToken);
        return await StoreAsync(list, campaign, layout, cancellationToken);
    }

    // Whom a condition leaves out goes straight to the list, unless their match keys are needed; the others become candidates.
    private async Task CopyAsync(
        long list, NpgsqlDataReader rows, CandidateLayout layout, CandidateMaker maker, Action<long>? read, CancellationToken cancellationToken)
    {
        const int FullBuffer = 1 << 20;
        CopyPipe pipe = new(connection);
        await pipe.RunAsync(FillAsync, cancellationToken);

        async Task FillAsync(CancellationToken stop)
        {
            string copyFailing = SqlFile.Load<ListBuilder>("CopyFailing"), copyCandidates = SqlFile.Load<ListBuilder>("CopyCandidates");
            CopyBuffer failing = new(), candidates = new();
            var values = new object?[layout.Expressions.Count];
            long count = 0;
            while (await rows.ReadAsync(stop))
            {
                var key = rows.GetString(0);
                var failed = rows.GetInt16(1);
                if (failed != 0 && !maker.MatchesEverybody)
                {
                    Write(failing, list, key, failed);
                }
                else
                {
                    for (var i = 0; i < values.Length; i++)
                    {
                        values[i] = rows.IsDBNull(i + 2) ? null : rows.GetValue(i + 2);
                    }

                    Write(candidates, maker.Make(key, failed, values));
                }
                if (failing.Length >= FullBuffer)
                {
                    failing = await pipe.SendAsync(copyFailing, failing, stop);
                }

                if (candidates.Length >= FullBuffer)
                {
                    candidates = await pipe.SendAsync(copyCandidates, candidates, stop);
                }

                if ((++count & 0x3FFF) == 0)
                {
                    read?.Invoke(count);
                }
            }
            await pipe.SendAsync(copyFailing, failing, stop);
            await pipe.SendAsync(copyCandidates, candidates, stop);
            read?.Invoke(count);
        }
    }

    private static void Write(CopyBuffer copy, long list, string key, short condition)
    {
        copy.Row(4);
        copy.Integer(list);
        copy.Text(key);
        copy.Text(Reason.Condition);
        copy.Short(condition);
    }

    private static void Write(CopyBuffer copy, Candidate person)
    {
        copy.Row(14);
        copy.Text(person.CustomerKey);
        copy.Short(person.Failed);
        Text(person.Problem);
        Text(person.Address);
        Bytes(person.RecipientKey);
        foreach (var match in person.Matches)
        {
            Bytes(match);
        }

        Bytes(person.Survivor);
        Bytes(person.LimitOrder);
        Text(person.TimeZone);
        copy.Short(person.Reach);
        copy.Double(person.ControlShare);
        Text(person.Cell);

        void Text(string? value)
        {
            if (value is null)
            {
                copy.Null();
            }
            else
            {
                copy.Text(value);
            }
        }

        void Bytes(byte[]? value)
        {
            if (value is null)
            {
                copy.Null();
            }
            else
            {
                copy.Bytes(value);
            }
        }
    }

    // The order is the waterfall's: whoever an earlier statement names keeps that reason.
    private async Task ExcludeAsync(CampaignDefinition campaign, CandidateLayout layout, ListChecks checks, CancellationToken cancellationToken)
    {
        var channel = layout.Channels[0];
        await Run("ExcludeUnreachable", null, cancellationToken);
        if (checks.Withdrawals)
        {
            await Run("ExcludeWithdrawn", null, cancellationToken);
        }

        await Run("ExcludeSuppressed", new { channel, scopes = checks.SuppressionScopes.ToArray() }, cancellationToken);
        foreach (var cap in checks.Caps)
        {
            await Run("ExcludeCapped", new { since = cap.Within.Before(checks.Now).ToUniversalTime(), channel = cap.Channel, count = cap.Count }, cancellationToken);
        }

        if (checks.OnceScope is not null)
        {
            await Run("ExcludeContacted", new { scope = checks.OnceScope, content = checks.ContentHash, channel, campaign = campaign.Name }, cancellationToken);
        }

        for (var i = 0; i < layout.DedupeKeys.Count; i++)
        {
            await Run($"ExcludeDuplicates{i + 1}", new { reason = DuplicateReason(layout.DedupeKeys[i]) }, cancellationToken);
        }

        if (campaign.Audience.Limit is { } limit)
        {
            await Run("ExcludeOverLimit", new { limit = (long)limit.Count }, cancellationToken);
        }
    }

    private static string DuplicateReason(DedupeKey key) => key switch
    {
        DedupeKey.Email => Reason.DuplicateEmail,
        DedupeKey.Phone => Reason.DuplicatePhone,
        _ => Reason.DuplicateHousehold,
    };

    private async Task<BuiltList> StoreAsync(long list, CampaignDefinition campaign, CandidateLayout layout, CancellationToken cancellationToken)
    {
        await Run("StoreList", new { list, holdout = (double)campaign.Audience.Holdout.Fraction }, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("SELECT engine.index_list(@list)", new { list }, commandTimeout: 0, cancellationToken: cancellationToken));

        List<(string Reason, short? Condition, long Count)> counted =
            [.. await connection.QueryAsync<(string, short?, long)>(Command("CountList", new { list }, cancellationToken))];
        List<WaterfallStep> waterfall = [.. counted
            .Select(c => new WaterfallStep(c.Reason, c.Condition, c.Count))
            .OrderBy(s => Order(s.Reason)).ThenBy(s => s.Condition)];
        IEnumerable<(int Channel, long People)> reach =
            await connection.QueryAsync<(int, long)>(Command("CountReach", new { list, channels = layout.Channels.Count }, cancellationToken));
        IEnumerable<(string? Cell, long People)> cells =
            await connection.QueryAsync<(string?, long)>(Command("CountCells", new { list }, cancellationToken));

        var control = waterfall.Where(s => s.Reason == Reason.Control).Sum(s => s.Count);
        var built = new BuiltList
        {
            ListId = list,
            Universe = waterfall.Sum(s => s.Count),
            Net = waterfall.Where(s => s.Reason is Reason.Control or Reason.Contact).Sum(s => s.Count),
            Control = control,
            Hash = await HashAsync(list, cancellationToken),
            Waterfall = waterfall,
            Reach = reach.ToDictionary(r => layout.Channels[r.Channel], r => r.People),
            Cells = cells.ToDictionary(c => c.Cell ?? "", c => c.People),
        };
        await Run("FinishList", new { list, universe = built.Universe, net = built.Net, control, hash = built.Hash }, cancellationToken);
        return built;
    }

    private static int Order(string reason)
    {
        for (var i = 0; i < Reason.All.Count; i++)
        {
            if (Reason.All[i] == reason)
            {
                return i;
            }
        }
        return Reason.All.Count;
    }

    /// <summary>SHA-256 over the net list in key order. Each field is preceded by its length, so no two lists share the bytes.</summary>
    public async Task<byte[]> HashAsync(long list, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var length = new byte[4];
        await using var command = new NpgsqlCommand(SqlFile.Load<ListBuilder>("ReadNetList"), connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("list", list);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            Append(Encoding.UTF8.GetBytes(reader.GetString(0)));
            Append(reader.IsDBNull(1) ? [] : Encoding.UTF8.GetBytes(reader.GetString(1)));
            Append(reader.IsDBNull(2) ? [] : reader.GetFieldValue<byte[]>(2));
        }
        return hash.GetHashAndReset();

        void Append(byte[] bytes)
        {
            BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }

    private Task Run(string name, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Command(name, parameters, cancellationToken));

    private static CommandDefinition Command(string name, object? parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load<ListBuilder>(name), parameters, commandTimeout: 0, cancellationToken: cancellationToken);
}
