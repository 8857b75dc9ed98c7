using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Database;
using CampaignEngine.Dispatching;
using CampaignEngine.Planning;
using CampaignEngine.Rendering;
using Dapper;
using Npgsql;

namespace CampaignEngine.Rehearsing;

/// <summary>
/// Sends a whole plan to doubles in this process: every message of every drop is rendered, composed and sent over real connections, as fast as the
/// routes' connections allow. Nothing is claimed and nothing is written: the ledger, the contact history and the plan stay as they are.
/// </summary>
public sealed class Rehearsal(CampaignEngineServices engine)
{
    private const int BatchSize = 250;
    private const int MostAttempts = 3;

    // No mailing has this number: the links of a rehearsed message lead nowhere.
    private const int NoMailing = int.MaxValue;

    /// <summary>Null when the campaign has no plan with a list.</summary>
    /// <exception cref="InvalidDataException">The messages cannot be built or sent at all; the text says why.</exception>
    public async Task<RehearsalResult?> RunAsync(string campaignName, ScriptedFaults faults, Action<string, long>? progress, CancellationToken cancellationToken)
    {
        await using var connection = await engine.Database.Source.OpenConnectionAsync(cancellationToken);
        var plan = await connection.QuerySingleOrDefaultAsync<StoredPlan>(new CommandDefinition(
            SqlFile.Load<Rehearsal>("PlanToRehearse"), new { campaign = campaignName }, cancellationToken: cancellationToken));
        if (plan is null)
        {
            return null;
        }

        var problems = new ProblemList();
        var campaign = CampaignLoader.Load(plan.File, Encoding.UTF8.GetBytes(plan.Yaml), problems)
            ?? throw new InvalidOperationException($"the planned definition no longer loads: {problems.Items[0]}");
        var messages = PlanMessages.FromJson(plan.Messages);
        var document = PlanDocument.FromJson(plan.Document);
        var planned = document.Drops.ToDictionary(d => d.Drop, StringComparer.Ordinal);
        var unknown = await engine.MailDomains.LookUpForLaunchAsync(campaignName, cancellationToken);
        var providers = await engine.Groups.ProvidersAsync(connection, cancellationToken);
        List<string> channels = [.. campaign.Drops.Select(d => d.Channel).Distinct()];
        var (drops, left) = (new List<RehearsedDrop>(), new List<string>());
        foreach (var drop in campaign.Drops)
        {
            await using var doubled = DoubledChannel.Open(drop.Channel, engine, faults);
            if (doubled is null)
            {
                left.Add(drop.Name);
                continue;
            }

            var people = PeopleAsync(connection, plan.ListId, drop.Channel, channels.IndexOf(drop.Channel), cancellationToken);
            try
            {
                drops.Add(await RunAsync(doubled, campaign, drop, messages[drop.Name], people, new RealPace(engine, providers), planned.GetValueOrDefault(drop.Name), progress, cancellationToken));
            }
            catch (MessagesUnavailableException fault)
            {
                throw new InvalidDataException(fault.Message, fault);
            }
        }

        return new RehearsalResult(campaign.Name, plan.Hash, drops, left) { Cost = drops.Sum(d => d.Cost), Currency = document.Currency, Uncertain = unknown };
    }

    private async Task<RehearsedDrop> RunAsync(
        DoubledChannel doubled, CampaignDefinition campaign, DropDefinition drop, MailingContent content, IAsyncEnumerable<SendItem> people, RealPace pace, PlanDrop? planned, Action<string, long>? progress, CancellationToken cancellationToken)
    {
        var now = engine.TimeProvider.GetUtcNow();
        var mailing = new MailingToSend(NoMailing, content.Campaign, drop.Name, drop.Channel, now, now, content.ToJson());
        var tally = new Tally(done => progress?.Invoke(drop.Name, done));
        var batches = Channel.CreateBounded<List<SendItem>>(2 * doubled.Setup.Connections);
        var started = engine.TimeProvider.GetTimestamp();

        // The first that fails ends them all.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> work =
        [
            Guarded(() => FillAsync(batches.Writer, people, pace, over.Token)),
            .. Enumerable.Range(0, doubled.Setup.Connections).Select(_ => Guarded(() => SendAsync(doubled, mailing, batches.Reader, tally, over.Token))),
        ];
        await Task.WhenAll(work);

        var seconds = engine.TimeProvider.GetElapsedTime(started).TotalSeconds;
        return pace.Forecast(tally.Result(drop.Name, drop.Channel, doubled.BytesTaken, seconds, planned?.UnitCost ?? 0), campaign, drop, mailing, planned?.DueAt);

        async Task Guarded(Func<Task> part)
        {
            try
            {
                await Task.Run(part, over.Token);
            }
            catch
            {
                await over.CancelAsync();
                throw;
            }
        }
    }

    private static async Task FillAsync(ChannelWriter<List<SendItem>> batches, IAsyncEnumerable<SendItem> people, RealPace pace, CancellationToken cancellationToken)
    {
        var batch = new List<SendItem>(BatchSize);
        await foreach (var person in people.WithCancellation(cancellationToken))
        {
            batch.Add(person);
            pace.Add(person.Address);
            if (batch.Count == BatchSize)
            {
                await batches.WriteAsync(batch, cancellationToken);
                batch = new List<SendItem>(BatchSize);
            }
        }

        await batches.WriteAsync(batch, cancellationToken);
        batches.Complete();
    }

    private static async Task SendAsync(DoubledChannel doubled, MailingToSend mailing, ChannelReader<List<SendItem>> batches, Tally tally, CancellationToken cancellationToken)
    {
        await using var lane = doubled.Setup.Channel.CreateLane();
        var message = new OutgoingMessage();
        await foreach (var items in batches.ReadAllAsync(cancellationToken))
        {
            using var built = await doubled.Setup.Messages.LoadAsync(mailing, items, cancellationToken);
            foreach (var item in items)
            {
                tally.Add(await SendAsync(lane, built, item, message, cancellationToken));
            }
        }
    }

    private static async Task<SendVerdict> SendAsync(IChannelLane lane, IMessageBatch built, SendItem item, OutgoingMessage message, CancellationToken cancellationToken)
    {
        message.Clear();
        if (!built.TryBuild(item, message, out var failure))
        {
            return new SendVerdict(SendOutcome.Skipped, 0, failure);
        }

        var verdict = default(SendVerdict);
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            verdict = await lane.OpenAsync(cancellationToken) is { } fault ? new SendVerdict(SendOutcome.NotAttempted, 0, fault)
                : await lane.PrepareAsync(message, cancellationToken) ?? await lane.CommitAsync(static () => true, static () => { }, cancellationToken);
            if (verdict.Outcome != SendOutcome.NotAttempted)
            {
                break;
            }
        }

        return verdict;
    }

    /// <param name="place">Of the channel among the campaign's. The list has the addresses of the first only: on another one everybody gets a made-up one.</param>
    private static async IAsyncEnumerable<SendItem> PeopleAsync(
        NpgsqlConnection connection, long list, string channel, int place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SqlFile.Load<Rehearsal>("PeopleToRehearse"), connection) { CommandTimeout = 0 };
        command.Parameters.AddWithValue("list", list);
        command.Parameters.AddWithValue("channel", 1 << place);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        for (var ordinal = 1; await rows.ReadAsync(cancellationToken); ordinal++)
        {
            yield return new SendItem
            {
                Ordinal = ordinal, Attempt = 1, CustomerKey = rows.GetString(0), Cell = rows.IsDBNull(1) ? null : rows.GetString(1), RecipientKey = [],
                Address = place == 0 ? rows.GetString(2) : MadeUp(channel, ordinal),
            };
        }
    }

    private static string MadeUp(string channel, int ordinal) => channel == "sms"
        ? string.Create(CultureInfo.InvariantCulture, $"+1555{ordinal:D7}")
        : string.Create(CultureInfo.InvariantCulture, $"person{ordinal}@rehearsal.invalid");

    private sealed record StoredPlan
    {
        public string Hash { get; init; } = "";
        public string File { get; init; } = "";
        public string Yaml { get; init; } = "";
        public string Messages { get; init; } = "";
        public string Document { get; init; } = "";
        public long ListId { get; init; }
    }
}
