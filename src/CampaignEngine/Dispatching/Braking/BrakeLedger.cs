using CampaignEngine.Database;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace CampaignEngine.Dispatching.Braking;

/// <summary>Writes a worker's counts, has what is due decided, and reads what holds. One decision about a subject at a time, over all workers.</summary>
internal sealed class BrakeLedger(DispatchOptions options, TimeProvider time)
{
    // Bounces and complaints come in over hours; reading them is more than reading counts.
    private const int ReportReadings = 1000;
    private readonly Dictionary<int, MailingToSend> _mailings = [];
    private readonly HashSet<string> _added = [];
    private List<Report> _reports = [];
    private long? _nextReports;

    /// <param name="readMailing">Of a mailing that this worker may never have had in hand.</param>
    public async Task LookAsync(NpgsqlConnection connection, BrakesInHand brakes, Func<int, Task<MailingToSend>> readMailing, Action<string> say, CancellationToken cancellationToken)
    {
        var watched = brakes.Watched.ToList();
        var urgent = watched.Where(w => brakes.IsUrgent(w.Subject)).Select(w => w.Subject).ToHashSet();
        await AddAsync(connection, brakes, watched, cancellationToken);
        if (watched.Count > 0)
        {
            await ReadReportsAsync(connection, watched, readMailing, cancellationToken);
            await DecideAsync(connection, watched, urgent, say, cancellationToken);
        }

        brakes.View = await ReadAsync(connection, cancellationToken);
    }

    /// <summary>The brakes that hold something back now.</summary>
    public static async Task<BrakeView> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        new((await connection.QueryAsync<Row>(new CommandDefinition(SqlFile.Load<BrakeLedger>("ReadBrakes"), cancellationToken: cancellationToken))).ToDictionary(r => r.Subject, r => r.State));

    /// <summary>Counts without a look: what is left when a worker ends.</summary>
    public async Task AddAsync(NpgsqlConnection connection, BrakesInHand brakes, IReadOnlyCollection<(string Subject, BrakeRule Rule)> watched, CancellationToken cancellationToken)
    {
        var unknown = watched.Select(w => w.Subject).Where(s => !_added.Contains(s)).ToArray();
        if (unknown.Length > 0)
        {
            await connection.ExecuteAsync(new CommandDefinition(SqlFile.Load<BrakeLedger>("AddBrakes"), new { subjects = unknown }, cancellationToken: cancellationToken));
            _added.UnionWith(unknown);
        }

        var rows = brakes.TakeCounts().SelectMany(c => Spans(brakes.RuleOf(c.Key)!).Select(span => (Subject: c.Key, Span: span, Counts: c.Value))).ToList();
        if (rows.Count > 0)
        {
            await using var add = Command(connection, "AddBrakeCounts");
            add.Parameters.AddWithValue("subjects", rows.Select(r => r.Subject).ToArray());
            add.Parameters.AddWithValue("spans", rows.Select(r => r.Span).ToArray());
            add.Parameters.AddWithValue("ages", rows.Select(r => time.GetElapsedTime(r.Counts.Since)).ToArray());
            add.Parameters.AddWithValue("accepted", rows.Select(r => r.Counts.Accepted).ToArray());
            add.Parameters.AddWithValue("deferred", rows.Select(r => r.Counts.Deferred).ToArray());
            add.Parameters.AddWithValue("rejected", rows.Select(r => r.Counts.Rejected).ToArray());
            add.Parameters.AddWithValue("blocked", rows.Select(r => r.Counts.Blocked).ToArray());
            await add.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static IEnumerable<TimeSpan> Spans(BrakeRule rule) => new[] { rule.Window, rule.ReportsWindow }.Distinct();

    private async Task ReadReportsAsync(
        NpgsqlConnection connection, List<(string Subject, BrakeRule Rule)> watched, Func<int, Task<MailingToSend>> readMailing, CancellationToken cancellationToken)
    {
        var (shortest, longest) = (watched.Min(w => w.Rule.ReportsWindow), watched.Max(w => w.Rule.ReportsWindow));
        if (time.GetTimestamp() < _nextReports)
        {
            return;
        }

        _nextReports = time.GetTimestamp() + (long)(Math.Clamp(shortest.TotalSeconds / ReportReadings, 1, 60) * time.TimestampFrequency);
        var rows = (await connection.QueryAsync<ReportRow>(new CommandDefinition(
            SqlFile.Load<BrakeLedger>("ReadReports"),
            new { since = time.GetUtcNow().UtcDateTime - longest, slot = shortest / 100 }, commandTimeout: 600, cancellationToken: cancellationToken))).ToList();
        foreach (var mailing in rows.Select(r => r.MailingId).Distinct().Where(m => !_mailings.ContainsKey(m)).ToList())
        {
            _mailings[mailing] = await readMailing(mailing);
        }

        _reports = [.. rows.SelectMany(r => options.SubjectsOf(_mailings[r.MailingId], r.Provider).Select(s => new Report(s, r.Kind == "complaint", r.Slot, r.Messages)))];
    }

    private async Task DecideAsync(
        NpgsqlConnection connection, List<(string Subject, BrakeRule Rule)> watched, HashSet<string> urgent, Action<string> say, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var look = Command(connection, "LookAtBrakes");
        look.Parameters.AddWithValue("subjects", watched.Select(w => w.Subject).ToArray());
        look.Parameters.AddWithValue("spans", watched.Select(w => w.Rule.Window).ToArray());
        look.Parameters.AddWithValue("report_spans", watched.Select(w => w.Rule.ReportsWindow).ToArray());
        look.Parameters.AddWithValue("pauses", watched.Select(w => urgent.Contains(w.Subject) ? TimeSpan.Zero : w.Rule.LookEvery).ToArray());
        var looked = new List<(string Subject, BrakeState Before, BrakeState After)>();
        await using (var reader = await look.ExecuteReaderAsync(cancellationToken))
        {
            var parse = reader.GetRowParser<Row>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var row = parse(reader);
                var (rule, state) = (watched.First(w => w.Subject == row.Subject).Rule, row.State);
                looked.Add((row.Subject, state, BrakeDecision.Next(state, rule, row.Whole(_reports, rule), row.Fresh(_reports, rule), row.PaceNow, row.Now)));
            }
        }

        if (looked.Count == 0)
        {
            return;
        }

        foreach (var (subject, before, after) in looked.Where(l => !ReferenceEquals(l.Before, l.After)))
        {
            await SetAsync(connection, subject, after, cancellationToken);
        }

        await connection.ExecuteAsync(new CommandDefinition(SqlFile.Load<BrakeLedger>("LookedAtBrakes"), new { subjects = looked.Select(l => l.Subject).ToArray() }, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        foreach (var (subject, before, after) in looked.Where(l => (l.Before.Phase, l.Before.Factor) != (l.After.Phase, l.After.Factor)))
        {
            say(after.Describe(subject));
        }
    }

    private static async Task SetAsync(NpgsqlConnection connection, string subject, BrakeState state, CancellationToken cancellationToken)
    {
        await using var set = Command(connection, "SetBrake");
        set.Parameters.AddWithValue("subject", subject);
        set.Parameters.AddWithValue("phase", state.Phase.ToString().ToLowerInvariant());
        set.Parameters.AddWithValue("pace", state.Pace);
        set.Parameters.AddWithValue("factor", state.Factor);
        set.Parameters.Add(new NpgsqlParameter("because", NpgsqlDbType.Text) { Value = (object?)state.Because ?? DBNull.Value });
        set.Parameters.AddWithValue("changed_at", state.ChangedAt.UtcDateTime);
        set.Parameters.AddWithValue("lifted_at", state.LiftedAt.UtcDateTime);
        set.Parameters.Add(new NpgsqlParameter("paused_until", NpgsqlDbType.TimestampTz) { Value = (object?)state.PausedUntil?.UtcDateTime ?? DBNull.Value });
        await set.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string name) => new(SqlFile.Load<BrakeLedger>(name), connection);

    private sealed record Report(string Subject, bool Complaint, DateTimeOffset Slot, long Messages);

    private sealed record ReportRow
    {
        public int MailingId { get; init; }
        public string? Provider { get; init; }
        public string Kind { get; init; } = "";
        public DateTimeOffset Slot { get; init; }
        public long Messages { get; init; }
    }

    private sealed record Row
    {
        public string Subject { get; init; } = "";
        public string Phase { get; init; } = "";
        public double Pace { get; init; }
        public double Factor { get; init; }
        public string? Because { get; init; }
        public DateTimeOffset ChangedAt { get; init; }
        public DateTimeOffset LiftedAt { get; init; }
        public DateTimeOffset? PausedUntil { get; init; }
        public DateTimeOffset Now { get; init; }
        public long Answered { get; init; }
        public long Deferred { get; init; }
        public long Rejected { get; init; }
        public long Blocked { get; init; }
        public long FreshAnswered { get; init; }
        public long FreshDeferred { get; init; }
        public long FreshRejected { get; init; }
        public long FreshBlocked { get; init; }
        public double PaceNow { get; init; }
        public long Accepted { get; init; }
        public long FreshAccepted { get; init; }

        public BrakeState State => new()
        {
            Phase = Enum.Parse<BrakePhase>(Phase, ignoreCase: true), Pace = Pace, Factor = Factor, Because = Because, ChangedAt = ChangedAt, LiftedAt = LiftedAt, PausedUntil = PausedUntil,
        };

        public BrakeFigures Whole(IEnumerable<Report> reports, BrakeRule rule) => WithReports(
            new BrakeFigures { Answered = Answered, Deferred = Deferred, Rejected = Rejected, Blocked = Blocked, Accepted = Accepted }, reports, LiftedAt, rule);

        public BrakeFigures Fresh(IEnumerable<Report> reports, BrakeRule rule) => WithReports(
            new BrakeFigures { Answered = FreshAnswered, Deferred = FreshDeferred, Rejected = FreshRejected, Blocked = FreshBlocked, Accepted = FreshAccepted },
            reports, ChangedAt > LiftedAt ? ChangedAt : LiftedAt, rule);

        private BrakeFigures WithReports(BrakeFigures figures, IEnumerable<Report> reports, DateTimeOffset since, BrakeRule rule)
        {
            var counted = reports.Where(r => r.Subject == Subject && r.Slot >= since && r.Slot > Now - rule.ReportsWindow).ToLookup(r => r.Complaint, r => r.Messages);
            return figures with { Bounced = counted[false].Sum(), Complained = counted[true].Sum() };
        }
    }
}
