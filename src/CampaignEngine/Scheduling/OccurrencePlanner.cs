using System.Globalization;
using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Scheduling;

/// <summary>What one run did.</summary>
/// <param name="Inserted">New due times.</param>
/// <param name="Frozen">Due times handed to the freeze.</param>
/// <param name="Failed">Due times whose freeze failed; the next run tries them again.</param>
/// <param name="Late">Due times that were found too late and are skipped or held, as their drop has it.</param>
public sealed record PlannedOccurrences(int Inserted, int Frozen, int Failed, int Late = 0);

/// <summary>
/// Writes the due times of recurring and relative drops into the database and has every due one frozen. The tables are the truth: a run that is
/// repeated, doubled or missed changes nothing but the hour. One-off drops are frozen by their launch.
/// </summary>
/// <param name="freeze">Freezes the mailing of one occurrence; a no-op when it exists.</param>
/// <param name="zone">Zone of schedules that name none.</param>
public sealed class OccurrencePlanner(NpgsqlDataSource source, Func<long, CancellationToken, Task> freeze, TimeZoneInfo zone, TimeProvider time)
{
    // A scheduler that slept for long catches up in several runs.
    private const int MostAtOnce = 1000;
    private readonly Dictionary<long, CampaignDefinition?> _definitions = [];

    /// <summary>Receives the sentences an operator should read: what could not be frozen and why.</summary>
    public Action<string> Say { get; init; } = static _ => { };

    /// <summary>Decides tests whose time has come, before due times are looked for: what follows a remainder falls due after it.</summary>
    public Func<CancellationToken, Task>? DecideTests { get; init; }

    public async Task<PlannedOccurrences> RunOnceAsync(CancellationToken cancellationToken)
    {
        if (DecideTests is not null)
        {
            await DecideTests(cancellationToken);
        }

        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var inserted = await InsertAsync(connection, cancellationToken);
        var (frozen, failed, late) = await FreezeDueAsync(connection, cancellationToken);
        return new PlannedOccurrences(inserted, frozen, failed, late);
    }

    private async Task<int> InsertAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var inserted = 0;
        var last = (await QueryAsync<(string Campaign, string Drop, DateTimeOffset Due)>(connection, "ReadLastDue", null, cancellationToken))
            .ToDictionary(l => (l.Campaign, l.Drop), l => l.Due);
        var stops = (await QueryAsync<(string Name, DateTimeOffset At)>(connection, "ReadStops", null, cancellationToken)).ToDictionary(s => s.Name, s => s.At);
        foreach (var plan in await QueryAsync<LaunchedPlan>(connection, "ReadLaunchedPlans", null, cancellationToken))
        {
            foreach (var drop in DefinitionOf(plan)?.Drops.Where(d => d.Schedule.Cron is not null || d.Schedule.After is not null) ?? [])
            {
                if (Stops(plan, drop).Any(name => stops.TryGetValue(name, out var at) && at >= plan.LaunchedAt))
                {
                    continue;
                }

                // Every time after the last one that has come by now; each becomes a mailing of its own.
                var due = drop.Schedule.Cron is not null
                    ? [.. RecurringTimes.Between(drop.Schedule, ZoneOf(drop.Schedule), Later(plan.LaunchedAt, last.GetValueOrDefault((plan.Campaign, drop.Name))), time.GetUtcNow(), MostAtOnce)
                        .Select(due => new DueTime(due, null))]
                    : await FollowingAsync(connection, plan, drop.Schedule, cancellationToken);
                if (due.Count > 0)
                {
                    inserted += await connection.ExecuteAsync(Command(
                        "InsertOccurrences",
                        new { campaign = plan.Campaign, drop = drop.Name, plan_id = plan.PlanId, due = due.Select(d => d.DueAt.UtcDateTime).ToArray(), parts = due.Select(d => d.TestPart).ToArray() },
                        cancellationToken));
                }
            }
        }

        return inserted;
    }

    private async Task<(int Frozen, int Failed, int Late)> FreezeDueAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (frozen, failed, late) = (0, 0, 0);
        foreach (var due in await QueryAsync<DueOccurrence>(connection, "FindDueOccurrences", new { now = time.GetUtcNow() }, cancellationToken))
        {
            var (campaign, drop) = (due.Campaign, due.DropName);
            try
            {
                if (await IsTooLateAsync(connection, due, cancellationToken))
                {
                    late++;
                    continue;
                }

                await freeze(due.OccurrenceId, cancellationToken);
                frozen++;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                // One campaign's trouble must not keep the others from falling due; the occurrence stays due.
                Say($"{campaign}/{drop} is due and could not be frozen: {fault.Message}");
                failed++;
            }
        }

        return (frozen, failed, late);
    }

    // A due time that a person has decided about is not asked about again.
    private async Task<bool> IsTooLateAsync(NpgsqlConnection connection, DueOccurrence due, CancellationToken cancellationToken)
    {
        if (due.DecidedAt is not null || DefinitionOf(due)?.Drops.FirstOrDefault(d => d.Name == due.DropName)?.Schedule is not { Late: not LatePolicy.Send } schedule
            || schedule.LateAfter.After(due.DueAt) >= time.GetUtcNow())
        {
            return false;
        }

        var because = schedule.Late == LatePolicy.Ask
            ? string.Create(CultureInfo.InvariantCulture, $"due {due.DueAt.ToUniversalTime():yyyy-MM-dd HH:mm} UTC and found {Math.Floor((time.GetUtcNow() - due.DueAt).TotalMinutes):0} minutes late")
            : null;
        if (await connection.ExecuteAsync(Command("SetLate", new { occurrence = due.OccurrenceId, because }, cancellationToken)) == 1)
        {
            Say(because is null ? $"{due.Campaign}/{due.DropName} of {due.DueAt.ToUniversalTime():yyyy-MM-dd HH:mm} UTC was found too late and is skipped"
                : $"{due.Campaign}/{due.DropName} is held: {because}; decide with: campaign held");
        }

        return true;
    }

    private TimeZoneInfo ZoneOf(ScheduleDefinition schedule) => schedule.Zone is null or "recipient" ? zone : TimeZoneInfo.FindSystemTimeZoneById(schedule.Zone);

    private CampaignDefinition? DefinitionOf(LaunchedPlan plan)
    {
        if (!_definitions.TryGetValue(plan.PlanId, out var definition))
        {
            var problems = new ProblemList();
            definition = _definitions[plan.PlanId] = CampaignLoader.Load(plan.DefinitionFile, Encoding.UTF8.GetBytes(plan.DefinitionYaml), problems);
            if (definition is null)
            {
                Say($"the launched plan of {plan.Campaign} no longer loads, so its later drops do not fall due: {string.Join("; ", problems.Items)}");
            }
        }

        return definition;
    }

    // Written as soon as the drop it follows is frozen, so that people see it coming.
    private static async Task<IReadOnlyList<DueTime>> FollowingAsync(
        NpgsqlConnection connection, LaunchedPlan plan, ScheduleDefinition schedule, CancellationToken cancellationToken)
    {
        var leading = await QueryAsync<DueTime>(
            connection, "ReadMailingsOfDrop", new { campaign = plan.Campaign, drop = schedule.After, plan_id = plan.PlanId }, cancellationToken);
        return [.. leading.Select(due => due with { DueAt = schedule.Delay?.After(due.DueAt) ?? due.DueAt })];
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static IEnumerable<string> Stops(LaunchedPlan plan, DropDefinition drop) => [$"cancelled/{plan.Campaign}", $"cancelled/{plan.Campaign}/{drop.Name}"];

    private static async Task<IReadOnlyList<T>> QueryAsync<T>(NpgsqlConnection connection, string statement, object? parameters, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<T>(Command(statement, parameters, cancellationToken))];

    private static CommandDefinition Command(string statement, object? parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load<OccurrencePlanner>(statement), parameters, cancellationToken: cancellationToken);

    private sealed record DueTime(DateTimeOffset DueAt, string? TestPart)
    {
        // For Dapper.
        public DueTime() : this(default, null)
        {
        }
    }

    private sealed record DueOccurrence : LaunchedPlan
    {
        public long OccurrenceId { get; init; }

        public string DropName { get; init; } = "";

        public DateTimeOffset DueAt { get; init; }

        public DateTimeOffset? DecidedAt { get; init; }
    }

    private record LaunchedPlan
    {
        public long PlanId { get; init; }

        public string Campaign { get; init; } = "";

        public string DefinitionFile { get; init; } = "";

        public string DefinitionYaml { get; init; } = "";

        public DateTimeOffset LaunchedAt { get; init; }
    }
}
