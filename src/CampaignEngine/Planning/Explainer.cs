using System.Globalization;
using CampaignEngine.Audiences;
using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using Dapper;
using Npgsql;

namespace CampaignEngine.Planning;

/// <summary>Answers <c>why</c> for any person of the customer database, selected or not.</summary>
public sealed class Explainer(EngineDatabase database, CustomerModel model, TimeZoneInfo zone, TimeProvider timeProvider)
{
    /// <param name="customer">Label (customer_no) or key of the person.</param>
    /// <param name="campaign">The file's definition, used when the campaign was never planned; else the planned one counts.</param>
    /// <returns>Null when there is no such person.</returns>
    public async Task<Explanation?> ExplainAsync(string customer, CampaignDefinition campaign, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectAsync(cancellationToken);
        var plan = await connection.QuerySingleOrDefaultAsync<StoredPlan>(Command("PlanToExplain", new { campaign = campaign.Name }, cancellationToken));
        var definition = plan is null ? campaign : Reload(plan);
        var audience = Bind(definition);

        if (await FindAsync(customer, audience, definition.Name, cancellationToken) is not var (label, today))
        {
            return null;
        }

        var person = plan?.ListId is null ? null : await connection.QuerySingleOrDefaultAsync<ListPerson>(
            Command("ListPerson", new { list = plan.ListId, key = today.Key }, cancellationToken));
        if (person?.DuplicateOf is { } other)
        {
            person = person with { DuplicateOf = await LabelAsync(other, audience, cancellationToken) ?? other };
        }

        List<ExplainedMailing> mailings = [.. (await connection.QueryAsync<MailingRow>(Command("PersonMailings", new { campaign = definition.Name, key = today.Key }, cancellationToken)))
            .Select(m => new ExplainedMailing(m.Drop, m.Channel, m.State, m.Reason, m.At, m.Cell))];

        (var outcome, var reason, var detail) = Decide(plan, person, mailings, audience, today);
        if (plan?.LaunchedAt is not null && person is { Reason: Reason.Contact, Cell: TestDefinition.Remainder })
        {
            var decision = await connection.QuerySingleOrDefaultAsync<Decision>(Command("DecisionOfPlan", new { plan = plan.PlanId }, cancellationToken));
            detail += $"; {InRemainder(decision)}";
        }

        return new Explanation
        {
            Customer = label,
            Campaign = definition.Name,
            Plan = plan?.Hash,
            Outcome = outcome,
            Reason = reason,
            Detail = detail,
            Cell = person?.Cell,
            Conditions = [.. today.Conditions.Select(ExplainedCondition.Of)],
            Mailings = mailings,
        };
    }

    private static (string Outcome, string Reason, string Detail) Decide(
        StoredPlan? plan, ListPerson? person, List<ExplainedMailing> mailings, BoundAudience audience, SelectionExplanation today)
    {
        var stamp = plan is null ? "" : plan.CreatedAt.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        if (plan is null)
        {
            return today.Failed == 0
                ? ("unplanned", "none", "the campaign was never planned; today every condition holds for this person")
                : ("unplanned", Reason.Condition, $"the campaign was never planned; today {Failing(today)}");
        }
        if (person is null)
        {
            var now = today.Failed == 0 ? "today every condition holds" : $"today {Failing(today)}";
            return ("not_in_universe", "not_in_universe", plan.ListId is null
                ? $"the list of plan {plan.Hash} is no longer kept; {now}"
                : $"the person was not in the customer database when plan {plan.Hash} was made ({stamp}); {now}");
        }
        if (person.Reason == Reason.Contact && mailings.Count > 0)
        {
            return FromLedger(mailings);
        }

        return person.Reason switch
        {
            Reason.Contact when plan.LaunchedAt is null => ("planned", Reason.Contact, $"on the list of plan {plan.Hash} ({stamp}), which has not been launched"),
            Reason.Contact => ("waiting", Reason.Contact, $"on the list of plan {plan.Hash}; no drop has fallen due yet"),
            Reason.Control => ("control", Reason.Control, $"{Reason.Meaning(Reason.Control)} (plan {plan.Hash}, {stamp})"),
            Reason.Condition => ("excluded", Reason.Condition, ConditionDetail(person.Condition ?? 1, audience, today, plan.Hash, stamp)),
            _ => ("excluded", person.Reason, Detail(person, stamp)),
        };
    }

    private static string InRemainder(Decision? decision)
    {
        var by = decision?.DecidedBy is { } person ? $"{person} decided" : "the test was decided";
        var at = decision?.DecidedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        return decision switch
        {
            null => "in the remainder of the test, which waits for its winner",
            { Cell: { } cell } => $"in the remainder of the test, got '{cell}' because {by} at {at}: {decision.Because}",
            { Outcome: "asked" } => $"in the remainder of the test, which waits for a person's decision since {at}: {decision.Because}",
            _ => $"in the remainder of the test, got nothing because {by} at {at}: {decision.Because}",
        };
    }

    private static (string, string, string) FromLedger(List<ExplainedMailing> mailings)
    {
        var best = mailings.OrderBy(m => m.State switch { "accepted" => 0, "in_doubt" => 1, "deferred" or "waiting" or "not_attempted" => 2, _ => 3 }).First();
        var at = best.At is { } time ? time.UtcDateTime.ToString("' at 'yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) : "";
        return best.State switch
        {
            "accepted" => ("contacted", Reason.Contact, $"drop '{best.Drop}' was accepted{at}"),
            "in_doubt" => ("in_doubt", "in_doubt", $"drop '{best.Drop}' may or may not have arrived{at}: {best.Reason}; it is not sent again by itself"),
            "waiting" => ("waiting", Reason.Contact, $"drop '{best.Drop}' is frozen for this person and waits for its time"),
            "deferred" or "not_attempted" => ("waiting", best.State, $"drop '{best.Drop}' was put off{at} and will be tried again: {best.Reason}"),
            "excluded" => ("excluded", best.Reason ?? "excluded", $"on the plan's list, but not in drop '{best.Drop}': {Reason.Meaning(best.Reason ?? "")}"),
            _ => ("failed", best.Reason is "suppressed" ? Reason.Suppressed : best.State, $"drop '{best.Drop}' ended as {best.State}{at}: {best.Reason}"),
        };
    }

    private static string ConditionDetail(int number, BoundAudience audience, SelectionExplanation today, string hash, string stamp)
    {
        var exclude = number > audience.Where.Count;
        var outcome = today.Conditions[number - 1];
        var what = exclude ? $"exclude '{outcome.Text}' holds" : $"condition {number} '{outcome.Text}' does not hold";
        var still = exclude ? outcome.Holds == true : outcome.Holds != true;
        var values = outcome.Detail.Length == 0 ? "" : $": {outcome.Detail}";
        return still
            ? $"{what}{values}"
            : $"{what} at plan {hash} ({stamp}); the data have changed since, with today's values it would not exclude{values}";
    }

    private static string Failing(SelectionExplanation today)
    {
        var outcome = today.Conditions[today.Failed - 1];
        return outcome.Exclude ? $"exclude '{outcome.Text}' holds: {outcome.Detail}" : $"condition {outcome.Number} '{outcome.Text}' does not hold: {outcome.Detail}";
    }

    private static string Detail(ListPerson person, string stamp)
    {
        var meaning = Reason.Meaning(person.Reason);
        return person.Reason switch
        {
            Reason.DuplicateEmail or Reason.DuplicatePhone or Reason.DuplicateHousehold => $"{meaning}: {person.DuplicateOf} stays (plan of {stamp})",
            Reason.ConsentWithdrawn => $"{meaning}: {person.DuplicateOf} (plan of {stamp})",
            _ => $"{meaning} (plan of {stamp})",
        };
    }

    // By the label first, which is what people type; then by the key.
    private async Task<(string Label, SelectionExplanation Today)?> FindAsync(string customer, BoundAudience audience, string campaign, CancellationToken cancellationToken)
    {
        var compiler = new SelectionCompiler(model, audience.People, new SelectionOptions { Now = timeProvider.GetUtcNow(), Zone = zone, CampaignScope = campaign });
        await using var reader = await database.QuerySource.OpenConnectionAsync(cancellationToken);
        foreach (var by in new[] { audience.People.Label, audience.People.Key }.Distinct())
        {
            if (compiler.Explain(audience.Where, audience.Exclude, by, customer) is { } statement
                && await SelectionExplanation.ReadAsync(reader, statement, audience.Where, audience.Exclude, cancellationToken) is { } found)
            {
                return (customer, found);
            }
        }
        return null;
    }

    private async Task<string?> LabelAsync(string key, BoundAudience audience, CancellationToken cancellationToken)
    {
        var statement = new SelectionCompiler(model, audience.People, new SelectionOptions { Now = timeProvider.GetUtcNow(), Zone = zone })
            .Waterfall([], [], [new SelectionColumn("label", BoundExpression.Of(audience.People, audience.People.Label))], [key]);
        await using var reader = await database.QuerySource.OpenConnectionAsync(cancellationToken);
        await using var command = statement.ToCommand(reader);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? Convert.ToString(row.GetValue(2), CultureInfo.InvariantCulture) : null;
    }

    private BoundAudience Bind(CampaignDefinition campaign)
    {
        var problems = new ProblemList();
        return BoundAudience.Bind(campaign, model, problems)
            ?? throw new InvalidOperationException($"campaign '{campaign.Name}' does not fit the model: {problems.Items[0]}");
    }

    private static CampaignDefinition Reload(StoredPlan plan)
    {
        var problems = new ProblemList();
        return CampaignLoader.Load(plan.File, System.Text.Encoding.UTF8.GetBytes(plan.Yaml), problems)
            ?? throw new InvalidOperationException($"the planned definition no longer loads: {problems.Items[0]}");
    }

    private static CommandDefinition Command(string name, object parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load<Explainer>(name), parameters, cancellationToken: cancellationToken);

    private sealed record Decision
    {
        public string Outcome { get; init; } = "";
        public string? Cell { get; init; }
        public string Because { get; init; } = "";
        public DateTimeOffset DecidedAt { get; init; }
        public string? DecidedBy { get; init; }
    }

    private sealed record StoredPlan
    {
        public long PlanId { get; init; }
        public string Hash { get; init; } = "";
        public string File { get; init; } = "";
        public string Yaml { get; init; } = "";
        public long? ListId { get; init; }
        public DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? LaunchedAt { get; init; }
    }

    private sealed record ListPerson
    {
        public string Reason { get; init; } = "";
        public int? Condition { get; init; }
        public string? DuplicateOf { get; init; }
        public string? Cell { get; init; }
    }

    private sealed record MailingRow
    {
        public string Drop { get; init; } = "";
        public string Channel { get; init; } = "";
        public string State { get; init; } = "";
        public string? Reason { get; init; }
        public DateTimeOffset? At { get; init; }
        public string? Cell { get; init; }
    }
}
