using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using CampaignEngine.Scheduling;
using Dapper;
using Npgsql;

namespace CampaignEngine.Planning;

/// <summary>How a launch ended.</summary>
public enum LaunchEnding
{
    /// <summary>Approved; the one-off drops are frozen mailings now.</summary>
    Launched,

    /// <summary>This plan was launched before; nothing was done.</summary>
    AlreadyLaunched,

    /// <summary>No plan of the campaign has this hash, or several begin with it.</summary>
    UnknownPlan,

    /// <summary>A newer plan was made: launch that, or plan again.</summary>
    Superseded,

    /// <summary>An imported campaign has the name: reports and conditions could not tell them apart.</summary>
    NameTaken,

    /// <summary>The plan costs more than the campaign's budget.</summary>
    OverBudget,

    /// <summary>More messages than <see cref="PlanProof.OneInRefused"/> allows cannot be rendered: correct the template or the audience and plan again.</summary>
    Unproved,

    /// <summary>The people of the list are gone (an old, never launched plan): plan again.</summary>
    ListGone,
}

/// <param name="Drops">The one-off drops with their frozen mailings.</param>
public sealed record LaunchResult(LaunchEnding Ending, string Text, string? Hash, IReadOnlyList<LaunchedDrop> Drops);

/// <param name="Part">test or remainder, where the cells are tested first; the remainder's due time is that of the decision.</param>
public sealed record LaunchedDrop(string Drop, DateTimeOffset DueAt, int MailingId, int People, long Excluded, string? Part = null);

/// <summary>
/// Approves a plan: runs exactly the definition, messages and list it froze, whatever the files say by now. One transaction: the plan
/// is launched with all its one-off drops frozen, or it is not.
/// </summary>
public sealed class Launcher(EngineDatabase database, MailingFreezer freezer, TimeZoneInfo zone, TimeProvider timeProvider)
{
    /// <param name="hash">The plan's hash or its first digits (at least 6).</param>
    /// <param name="overBudget">Launch although the cost is over the budget.</param>
    public async Task<LaunchResult> LaunchAsync(string campaignName, string hash, bool overBudget, CancellationToken cancellationToken)
    {
        if (hash.Length is < 6 or > 16 || !hash.All(Uri.IsHexDigit))
        {
            return Refuse(LaunchEnding.UnknownPlan, $"'{hash}' is no plan hash: it has 6 to 16 hex digits, as printed by 'campaign plan {campaignName}'");
        }

        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        List<StoredPlan> plans = [.. await connection.QueryAsync<StoredPlan>(Command("LockPlan", new { campaign = campaignName, hash = hash.ToLowerInvariant() }, cancellationToken))];
        if (plans.Count != 1)
        {
            return Refuse(LaunchEnding.UnknownPlan, plans.Count == 0 ? $"campaign '{campaignName}' has no plan {hash}; make one with 'campaign plan {campaignName}'" : $"several plans of '{campaignName}' begin with {hash}: give more digits");
        }

        var plan = plans[0];
        if (plan.LaunchedAt is { } launched)
        {
            return new LaunchResult(LaunchEnding.AlreadyLaunched, $"plan {plan.Hash} was launched at {launched:u}; nothing was done", plan.Hash, []);
        }

        if (plan.Newest != plan.Hash)
        {
            return Refuse(LaunchEnding.Superseded, $"plan {plan.Hash} is not the newest: {plan.Newest} is. Launch that one, or plan again");
        }

        if (await connection.ExecuteScalarAsync<bool>(Command("IsImported", new { campaign = campaignName }, cancellationToken)))
        {
            return Refuse(LaunchEnding.NameTaken, $"'{campaignName}' is the name of an imported campaign: give this one another name and plan again, or remove the imported one with 'campaign remove-history {campaignName}'");
        }

        var document = PlanDocument.FromJson(plan.Document);
        if (document.OverBudget && !overBudget)
        {
            return Refuse(LaunchEnding.OverBudget, FormattableString.Invariant($"the plan costs {document.Cost:0.00} {document.Currency}, the budget is {document.Budget:0.00}: raise the budget, lower the limit, or launch with --over-budget"));
        }

        if (document.Proof?.Refusing() is { } bad)
        {
            return Refuse(LaunchEnding.Unproved, FormattableString.Invariant($"{bad.Failed:N0} of {bad.Failed + bad.Rendered:N0} messages of drop '{bad.Drop}' cannot be rendered, more than one in {PlanProof.OneInRefused}: {document.Proof.Groups.First(g => g.Drop == bad.Drop).Cause}. Correct the template or leave these people out, and plan again"));
        }

        if (plan.ListId is null)
        {
            return Refuse(LaunchEnding.ListGone, $"the list of plan {plan.Hash} has been dropped: plan again");
        }

        var problems = new ProblemList();
        var campaign = CampaignLoader.Load(plan.File, System.Text.Encoding.UTF8.GetBytes(plan.Yaml), problems)
            ?? throw new InvalidOperationException($"the planned definition no longer loads: {problems.Items[0]}");
        var now = timeProvider.GetUtcNow();
        await connection.ExecuteAsync(Command("MarkLaunched", new { plan = plan.PlanId, now }, cancellationToken));

        var drops = new List<LaunchedDrop>();
        foreach (var drop in campaign.Drops.Where(d => d.Schedule.After is null && d.Schedule.Cron is null))
        {
            foreach (var (due, part) in DueTimes(campaign, DropTimes.DueAt(drop.Schedule, zone, now)))
            {
                var occurrence = await connection.ExecuteScalarAsync<long?>(Command("InsertOccurrence", new { campaign = campaign.Name, drop = drop.Name, due, plan = plan.PlanId, part, now }, cancellationToken));
                if (occurrence is null)
                {
                    continue;
                }

                var frozen = await freezer.FreezeAsync(connection, occurrence.Value, cancellationToken);
                drops.Add(new LaunchedDrop(drop.Name, due, frozen.MailingId!.Value, frozen.Items, frozen.Excluded, part));
            }
        }
        await transaction.CommitAsync(cancellationToken);
        return new LaunchResult(LaunchEnding.Launched, $"plan {plan.Hash} is launched{Unrenderable(document.Proof)}", plan.Hash, drops);
    }

    // The remainder of a test is frozen with it, in the same transaction; its due time is when the test is decided at the latest.
    private static IEnumerable<(DateTimeOffset Due, string? Part)> DueTimes(CampaignDefinition campaign, DateTimeOffset due) =>
        campaign.Test is { } test ? [(due, "test"), (test.After.After(due).ToUniversalTime(), TestDefinition.Remainder)] : [(due, null)];

    private static string Unrenderable(PlanProof? proof) => proof is not { Failed: > 0 } ? ""
        : FormattableString.Invariant($"; {proof.Failed:N0} of its messages cannot be rendered and will not leave: the ledger names these people (render_failed)");

    private static LaunchResult Refuse(LaunchEnding ending, string text) => new(ending, text, null, []);

    private static CommandDefinition Command(string name, object? parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load<Launcher>(name), parameters, commandTimeout: 0, cancellationToken: cancellationToken);

    private sealed record StoredPlan
    {
        public long PlanId { get; init; }
        public string Hash { get; init; } = "";
        public string File { get; init; } = "";
        public string Yaml { get; init; } = "";
        public long? ListId { get; init; }
        public string Document { get; init; } = "";
        public DateTimeOffset? LaunchedAt { get; init; }
        public string Newest { get; init; } = "";
    }
}
