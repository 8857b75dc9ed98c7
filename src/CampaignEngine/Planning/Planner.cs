using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using CampaignEngine.Operating;
using CampaignEngine.Rendering;
using CampaignEngine.Scheduling;
using CampaignEngine.Statistics;
using Dapper;
using Npgsql;

namespace CampaignEngine.Planning;

/// <summary>
/// Makes a plan: the list with everybody's reason, forecast and cost of every drop, samples, the difference from the plan before, and
/// the hash that a launch names. Nothing is sent and nobody is claimed.
/// </summary>
public sealed class Planner(EngineDatabase database, ListMaker lists, SampleMaker samples, TimeZoneInfo zone, string currency, TimeProvider timeProvider, ProofMaker? proof = null)
{
    /// <param name="messages">By drop name; every drop of the campaign has one.</param>
    /// <param name="progress">Called with what is going on and the number of people so far.</param>
    public async Task<PlanDocument> PlanAsync(
        CampaignDefinition campaign, BoundAudience audience, IReadOnlyDictionary<string, MailingContent> messages,
        Action<string, long>? progress, CancellationToken cancellationToken)
    {
        using var span = EngineTraces.Start("plan")?.SetTag("campaign", campaign.Name);
        var now = timeProvider.GetUtcNow();
        progress?.Invoke("refresh suppressions and purchase summary", 0);
        await lists.RefreshAsync(cancellationToken);

        await using var connection = await database.ConnectAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var previous = await connection.QuerySingleOrDefaultAsync<PreviousPlan>(Command("PreviousPlan", new { campaign = campaign.Name }, cancellationToken));
        var list = await lists.MakeAsync(
            connection, campaign, audience, messages[campaign.Drops[0].Name], now, read => progress?.Invoke("select people", read), cancellationToken);

        var definitionHash = Hex(SHA256.HashData(Encoding.UTF8.GetBytes(campaign.Yaml)))[..16];
        var hash = PlanHash(campaign, messages, list);
        var messagesJson = PlanMessages.ToJson(messages);
        var document = Document(campaign, audience, list, now) with
        {
            Hash = hash,
            Difference = previous is null ? null : await CompareAsync(connection, previous, list, definitionHash, messagesJson, cancellationToken),
        };
        document = document with { Samples = await SamplesAsync(connection, messages[campaign.Drops[0].Name], list, cancellationToken) };
        document = await ProvedAsync(connection, document, campaign, messages, list, progress, cancellationToken);

        var stored = await connection.ExecuteScalarAsync<long?>(Command("StorePlan", new
        {
            campaign = campaign.Name, hash, definitionHash, file = campaign.File, yaml = campaign.Yaml, messages = messagesJson,
            list = list.ListId, document = document.ToJson(), now,
        }, cancellationToken));
        if (stored is null)
        {
            // Launched already under this very hash: the approved plan stays as it is.
            await transaction.RollbackAsync(cancellationToken);
            return document with { Warnings = [.. document.Warnings, "this very plan has been launched already"] };
        }
        await connection.ExecuteAsync(Command("DropOldLists", new { campaign = campaign.Name }, cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return document;
    }

    private PlanDocument Document(CampaignDefinition campaign, BoundAudience audience, BuiltList list, DateTimeOffset now)
    {
        List<PlanDrop> drops = [.. campaign.Drops.Select(d => Forecast(campaign, d, list, now))];
        List<string> warnings = [];
        if (list.Contact == 0)
        {
            warnings.Add("nobody would be contacted");
        }

        if (campaign.Budget is null && drops.Sum(d => d.Cost) > 0)
        {
            warnings.Add("the campaign has no budget to check its cost against");
        }

        warnings.AddRange(drops.Where(d => d.DueAt < now.AddMinutes(-1)).Select(d => $"drop '{d.Drop}' was due at {d.DueAt:u}: it would leave at once when launched"));
        return new PlanDocument
        {
            Campaign = campaign.Name,
            Title = campaign.Title,
            PlannedAt = now,
            Universe = list.Universe,
            Selected = list.Universe - list.Waterfall.Where(s => s.Reason == Reason.Condition).Sum(s => s.Count),
            Waterfall = [.. list.Waterfall.Where(s => s.Reason != Reason.Contact).Select(s => new PlanStep(s.Reason, s.Count, s.Condition, Detail(audience, s)))],
            Net = list.Net,
            Control = list.Control,
            Contact = list.Contact,
            Cells = [.. list.Cells.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => new PlanCell(c.Key, c.Value))],
            Drops = drops,
            Cost = drops.Sum(d => d.Cost),
            Currency = campaign.Drops.Select(d => d.UnitCost?.Currency).FirstOrDefault(c => c is not null) ?? campaign.Budget?.Currency ?? currency,
            Budget = campaign.Budget?.Amount,
            Power = PowerOf(campaign.Goal, list),
            Warnings = warnings,
        };
    }

    private static PlanPower? PowerOf(Goal? goal, BuiltList list)
    {
        (string Of, Percentage? Rate) measured = goal?.ConversionRate is { } conversion ? ("conversion", conversion) : ("response", goal?.ResponseRate);
        if (list.Control == 0 || list.Contact == 0 || measured.Rate is not { } written)
        {
            return null;
        }

        double rate = (double)written.Fraction;
        return new PlanPower(
            measured.Of, rate, Power.DetectableRise(rate, list.Contact, list.Control) is { } rise ? Math.Round(rise, 6) : null, Power.RequiredControl(rate, rate / 5, list.Contact));
    }

    private static string Detail(BoundAudience audience, WaterfallStep step)
    {
        if (step.Condition is not { } number)
        {
            return Reason.Meaning(step.Reason);
        }

        var text = audience.Condition(number).Written.Text;
        return number > audience.Where.Count ? $"exclude: {text}" : text;
    }

    // A later drop with only: reaches fewer than the forecast; what it will be is not knowable before.
    private PlanDrop Forecast(CampaignDefinition campaign, DropDefinition drop, BuiltList list, DateTimeOffset now)
    {
        var people = list.Reach.GetValueOrDefault(drop.Channel);
        var unit = drop.UnitCost?.Amount ?? 0;
        DateTimeOffset? due = drop.Schedule.After is null && drop.Schedule.Cron is null ? DropTimes.DueAt(drop.Schedule, zone, now) : null;
        return new PlanDrop(drop.Name, drop.Channel, ScheduleText.Of(drop, campaign, zone), due, people, unit, people * unit);
    }

    private static string PlanHash(CampaignDefinition campaign, IReadOnlyDictionary<string, MailingContent> messages, BuiltList list)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(campaign.Yaml)));
        foreach (var drop in campaign.Drops)
        {
            hash.AppendData(messages[drop.Name].ContentHash());
        }

        hash.AppendData(list.Hash);
        return Hex(hash.GetHashAndReset())[..16];
    }

    private static async Task<PlanDifference> CompareAsync(
        NpgsqlConnection connection, PreviousPlan previous, BuiltList list, string definitionHash, string messagesJson, CancellationToken cancellationToken)
    {
        List<PlanChange> changes = [.. (await connection.QueryAsync<(string From, string To, long Count)>(
            Command("CompareLists", new { old = previous.ListId, @new = list.ListId }, cancellationToken)))
            .Select(c => new PlanChange(c.From, c.To, c.Count))];
        static bool IsIn(string reason) => reason is Reason.Contact or Reason.Control;
        return new PlanDifference(
            previous.Hash,
            changes.Where(c => IsIn(c.To) && !IsIn(c.From)).Sum(c => c.Count),
            changes.Where(c => IsIn(c.From) && !IsIn(c.To)).Sum(c => c.Count),
            changes, previous.DefinitionHash != definitionHash,
            !PlanMessages.FromJson(previous.Messages).OrderBy(m => m.Key).Select(m => Hex(m.Value.ContentHash()))
                .SequenceEqual(PlanMessages.FromJson(messagesJson).OrderBy(m => m.Key).Select(m => Hex(m.Value.ContentHash()))));
    }

    private async Task<IReadOnlyList<PlanSample>> SamplesAsync(
        NpgsqlConnection connection, MailingContent content, BuiltList list, CancellationToken cancellationToken)
    {
        List<(string CustomerKey, string? Cell, string Address)> people = [.. await connection.QueryAsync<(string, string?, string)>(
            Command("SamplePeople", new { list = list.ListId }, cancellationToken))];
        return people.Count == 0 ? [] : await samples(content, people, cancellationToken);
    }

    private async Task<PlanDocument> ProvedAsync(
        NpgsqlConnection connection, PlanDocument document, CampaignDefinition campaign, IReadOnlyDictionary<string, MailingContent> messages, BuiltList list,
        Action<string, long>? progress, CancellationToken cancellationToken)
    {
        if (proof is null || list.Contact == 0)
        {
            return document;
        }

        List<string> channels = [.. campaign.Drops.Select(d => d.Channel).Distinct()];
        var result = await proof(
            [.. campaign.Drops.Select(d => (messages[d.Name], channels.IndexOf(d.Channel)))], PeopleAsync(connection, list.ListId, cancellationToken),
            people => progress?.Invoke("prove the messages", people), cancellationToken);
        return SegmentCost.Into(document with { Proof = result, Warnings = [.. document.Warnings, .. ProofWarnings.Of(result)] }, campaign, result.Segments);
    }

    private static async IAsyncEnumerable<PersonToProve> PeopleAsync(NpgsqlConnection connection, long list, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlFile.Load<Planner>("PeopleToProve"), connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("list", list);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            yield return new PersonToProve(rows.GetString(0), rows.IsDBNull(1) ? null : rows.GetString(1), rows.GetInt16(2));
        }
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static CommandDefinition Command(string name, object? parameters, CancellationToken cancellationToken) =>
        new(SqlFile.Load<Planner>(name), parameters, commandTimeout: 0, cancellationToken: cancellationToken);

    private sealed record PreviousPlan
    {
        public string Hash { get; init; } = "";
        public long ListId { get; init; }
        public string DefinitionHash { get; init; } = "";
        public string Messages { get; init; } = "";
    }
}
