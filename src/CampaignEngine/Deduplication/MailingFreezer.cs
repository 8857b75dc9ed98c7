using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Database;
using CampaignEngine.Operating;
using CampaignEngine.Planning;
using CampaignEngine.Rendering;
using CampaignEngine.Scheduling;
using Dapper;
using Npgsql;

namespace CampaignEngine.Deduplication;

/// <summary>How freezing an occurrence ended.</summary>
public enum FreezeEnding
{
    /// <summary>The mailing stands with its items.</summary>
    Frozen,

    /// <summary>Another process has frozen it, or it was cancelled: nothing was done.</summary>
    NotDue,

    /// <summary>The list differs from the plan's forecast by more than audience.drift: an operator must look.</summary>
    Held,
}

/// <param name="Items">People who will get the message.</param>
/// <param name="Excluded">People of the list who will not, with their reason in engine.mailing_excluded.</param>
public sealed record FreezeResult(FreezeEnding Ending, int? MailingId, int Items, long Excluded, string? Because);

/// <summary>
/// Turns a due occurrence into a mailing with its list frozen, in one transaction: people, addresses, cells, chunks and the claims of
/// contact_once stand together or not at all.
/// </summary>
/// <param name="calendar">Quiet hours and holidays of the installation, by channel; those of the campaign come on top.</param>
public sealed class MailingFreezer(EngineDatabase database, FreezeSource source, FrozenGroups groups, TimeZoneInfo zone, SendingCalendar calendar, TimeProvider timeProvider)
{
    /// <summary>Items in one chunk: the unit that a worker claims.</summary>
    public const int ChunkSize = 1000;

    /// <summary>Freezes in a transaction of its own.</summary>
    public async Task<FreezeResult> FreezeAsync(long occurrenceId, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var result = await FreezeAsync(connection, occurrenceId, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>Freezes inside the caller's transaction.</summary>
    public async Task<FreezeResult> FreezeAsync(NpgsqlConnection connection, long occurrenceId, CancellationToken cancellationToken)
    {
        // 1 Lock the occurrence: whoever comes second finds it frozen.
        var due = await connection.QuerySingleOrDefaultAsync<DueOccurrence>(Command("LockOccurrence", new { occurrence = occurrenceId }, cancellationToken));
        if (due is not { State: "due" })
        {
            return new FreezeResult(FreezeEnding.NotDue, null, 0, 0, due is null ? "there is no such occurrence" : $"its state is '{due.State}'");
        }

        using var span = EngineTraces.Start("freeze")?.SetTag("campaign", due.Campaign).SetTag("drop", due.DropName);
        var campaign = Definition(due);
        var drop = campaign.Drops.Single(d => d.Name == due.DropName);
        var remainder = due.TestPart == TestDefinition.Remainder;
        // The first drop's remainder waits for the decision; what follows it has one.
        var waits = remainder && drop.Schedule.After is null;
        var content = PlanMessages.FromJson(due.Templates)[drop.Name];
        if (remainder && !waits)
        {
            content = content with { Winner = await connection.ExecuteScalarAsync<string>(Command("WinnerOfPlan", new { plan = due.PlanId }, cancellationToken)) };
        }

        var now = timeProvider.GetUtcNow();
        await connection.ExecuteAsync(new CommandDefinition(SqlFile.Load<ListMaker>("PrepareSession"), cancellationToken: cancellationToken));
        await Run(connection, "LockContent", new { content = content.ContentHash() }, cancellationToken);

        // 2 A recurring drop makes its list now; the others send the list their plan froze.
        var list = due.ListId ?? 0;
        if (drop.Schedule.Cron is not null)
        {
            var fresh = await source.MakeListAsync(connection, campaign, content, due.PlanId, now, cancellationToken);
            list = fresh.ListId;
            if (fresh.Because is { } because && due.DecidedAt is null)
            {
                await Run(connection, "SetOccurrenceState", new { occurrence = occurrenceId, state = "held", because }, cancellationToken);
                return new FreezeResult(FreezeEnding.Held, null, 0, 0, because);
            }
        }

        var hours = calendar.HoursOf(campaign, drop);

        // 3 The people: as the plan froze them, without those who are gone or no longer consent; or read again where channel or time is another.
        var mailing = await connection.ExecuteScalarAsync<int>(Command("InsertMailing", new
        {
            occurrence = occurrenceId, campaign = campaign.Name, drop = drop.Name, channel = drop.Channel, due = due.DueAt.ToUniversalTime(),
            expires = waits ? null : drop.Schedule.ExpiresAfter?.After(due.DueAt).ToUniversalTime(), waits,
            // The control cell is measured from the test on; a second window for it, with the remainder, would make it look better than it is.
            list = remainder ? (long?)null : list, content = content.ContentHash(),
            unitCost = drop.UnitCost?.Amount ?? 0, currency = drop.UnitCost?.Currency, definition = content.ToJson(),
            delivery = campaign.Delivery == DeliveryPolicy.NeverMiss ? "never-miss" : "never-twice", hours = hours.ToJson(), priority = (short)campaign.Priority, now,
        }, cancellationToken));
        foreach (var coupon in campaign.Coupons)
        {
            await Run(connection, "InsertCoupon", new { code = coupon.Code, campaign = campaign.Name, cell = coupon.Cell }, cancellationToken);
        }

        await Run(connection, "CreateFrozen", null, cancellationToken);
        await Run(connection, "EmptyFrozen", null, cancellationToken);
        var asPlanned = drop.Schedule.After is null && drop.Channel == campaign.Drops[0].Channel && drop.Only is null;
        if (asPlanned)
        {
            await FreezeFromListAsync(connection, list, due.TestPart, drop.Schedule, hours, due.DueAt, cancellationToken);
            // The list of a recurring drop has just been made.
            if (drop.Schedule.Cron is null)
            {
                await source.CheckAgainAsync(connection, mailing, list, due.TestPart, campaign, drop, now, cancellationToken);
            }
        }
        else
        {
            await source.ReadAgainAsync(connection, mailing, list, due.TestPart, campaign, drop, hours, due.DueAt, now, cancellationToken);
        }

        // 4 Whoever must not get this message leaves, each with a reason.
        await Run(connection, "FreezeSuppressed", new { mailing, channel = drop.Channel, scopes = DropScopes.Suppression(campaign).ToArray() }, cancellationToken);
        if (!asPlanned)
        {
            await Run(connection, "FreezeSameAddress", new { mailing, reason = DuplicateReason(drop.Channel) }, cancellationToken);
        }

        if (drop.Schedule.Cron is null)
        {
            await Run(connection, "FreezeSameContent", new { mailing, campaign = campaign.Name, content = content.ContentHash(), channel = drop.Channel }, cancellationToken);
        }

        var once = DropScopes.Once(campaign, drop.Name, drop.Schedule.Cron is null ? null : due.DueAt);
        await connection.ExecuteAsync(new CommandDefinition("SELECT engine.claim_once(@once, @mailing)", new { once, mailing }, commandTimeout: 0, cancellationToken: cancellationToken));

        await groups.AssignAsync(connection, drop.Channel, hours, cancellationToken);

        // 5 Items, chunks, links, hash.
        (var items, var hash) = await connection.QuerySingleAsync<(int, byte[])>(new CommandDefinition(
            "SELECT items, hash FROM engine.freeze_items(@mailing, @ChunkSize)", new { mailing, ChunkSize }, commandTimeout: 0, cancellationToken: cancellationToken));
        for (var i = 0; i < content.Links.Count; i++)
        {
            await Run(connection, "InsertLink", new { mailing, number = (short)(i + 1), url = content.Links[i] }, cancellationToken);
        }

        await Run(connection, "FinishMailing", new { mailing, items, hash, now }, cancellationToken);
        await Run(connection, "SetOccurrenceState", new { occurrence = occurrenceId, state = "frozen", because = (string?)null }, cancellationToken);
        var excluded = await connection.ExecuteScalarAsync<long>(Command("CountExcluded", new { mailing }, cancellationToken));
        span?.SetTag("mailing", mailing).SetTag("items", items);
        return new FreezeResult(FreezeEnding.Frozen, mailing, items, excluded, null);
    }

    private async Task FreezeFromListAsync(
        NpgsqlConnection connection, long list, string? part, ScheduleDefinition schedule, SendingHours hours, DateTimeOffset due, CancellationToken cancellationToken)
    {
        List<(string Zone, DateTimeOffset NotBefore)> zones = [];
        if (schedule.Zone == "recipient" || hours.AskForZones)
        {
            foreach (var name in await connection.QueryAsync<string>(Command("ListZones", new { list }, cancellationToken)))
            {
                if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? personZone))
                {
                    zones.Add((name, NotBefore(personZone)));
                }
            }
        }
        await Run(connection, "FreezeFromList", new
        {
            list, part, notBefore = NotBefore(null), byZone = hours.AskForZones,
            zones = zones.Select(z => z.Zone).ToArray(), instants = zones.Select(z => z.NotBefore.UtcDateTime).ToArray(),
        }, cancellationToken);

        DateTimeOffset NotBefore(TimeZoneInfo? personZone)
        {
            var start = DropTimes.NotBefore(schedule, due, zone, personZone);
            return hours.NextOpening(start, personZone ?? zone) ?? start;
        }
    }

    private static CampaignDefinition Definition(DueOccurrence due)
    {
        var problems = new ProblemList();
        return CampaignLoader.Load(due.DefinitionFile, System.Text.Encoding.UTF8.GetBytes(due.DefinitionYaml), problems)
            ?? throw new InvalidOperationException($"the approved definition of '{due.Campaign}' no longer loads: {problems.Items[0]}");
    }

    private static string DuplicateReason(string channel) => channel == "email" ? Reason.DuplicateEmail : channel == "print" ? Reason.DuplicateHousehold : Reason.DuplicatePhone;

    private static Task Run(NpgsqlConnection connection, string name, object? parameters, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(Command(name, parameters, cancellationToken));

    private static CommandDefinition Command(string name, object? parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load<MailingFreezer>(name), parameters, commandTimeout: 0, cancellationToken: cancellationToken);

    private sealed record DueOccurrence
    {
        public string Campaign { get; init; } = "";
        public string DropName { get; init; } = "";
        public DateTimeOffset DueAt { get; init; }
        public string State { get; init; } = "";

        /// <summary>When an operator decided that it is sent although it was held.</summary>
        public DateTimeOffset? DecidedAt { get; init; }
        public long PlanId { get; init; }

        /// <summary>test or remainder, of a campaign that tests its cells first.</summary>
        public string? TestPart { get; init; }
        public string DefinitionFile { get; init; } = "";
        public string DefinitionYaml { get; init; } = "";
        public string Templates { get; init; } = "";
        public long? ListId { get; init; }
    }
}
