using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CampaignEngine.Audiences;
using CampaignEngine.Channels.Sms.Gateways;
using CampaignEngine.Customers;
using CampaignEngine.Customers.Hygiene;
using CampaignEngine.Rendering;
using CampaignEngine.Rendering.ShortMessages;
using Npgsql;

namespace CampaignEngine.Planning;

/// <summary>
/// Proves the messages of a plan: each is rendered for each person to contact, with the data as they are now, in batches on all cores. Memory does
/// not grow with the list: people stream in, and counts and groups of causes come out.
/// </summary>
public sealed class TemplateProof(NpgsqlDataSource source, CustomerModel model, EngineSettings settings, TimeZoneInfo zone, TimeProvider clock)
{
    // One set of statements for so many people: enough that their fixed cost does not count, few enough that rows stay in the cache.
    private const int BatchSize = 1_000;

    /// <exception cref="Templating.TemplateException">A template has errors; check first.</exception>
    public async Task<PlanProof> RunAsync(
        IReadOnlyList<(MailingContent Content, int ReachBit)> messages, IAsyncEnumerable<PersonToProve> people, Action<long>? proved, CancellationToken cancellationToken)
    {
        var options = new SelectionOptions { Now = clock.GetUtcNow(), Zone = zone };
        var urls = MessageUrls.Sized(settings.Web.BaseUrl);
        List<Part> parts = [.. messages.Select(m =>
        {
            var renderer = new MessageRenderer(m.Content, model, urls, zone, clock);
            var sms = m.Content.Channel == "sms";
            return new Part(renderer, renderer.Reader(model, options), 1 << m.ReachBit)
            {
                Phones = sms && model.People.Contacts.ContainsKey("sms") ? new PhoneReader(model, options, settings.DefaultCountry) : null,
                LookAlikes = m.Content.LookAlikes,
                Prices = sms ? settings.GatewayOf(m.Content.Sender)?.Prices : null,
            };
        })];
        string[] drops = [.. messages.Select(m => m.Content.Drop)];
        var counts = new ProofCounts(drops);
        var tools = new ConcurrentBag<RenderedMessage>();
        var shown = new Lock();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(BatchesAsync(people, cancellationToken), parallel, async (batch, token) =>
        {
            var message = tools.TryTake(out var used) ? used : new RenderedMessage { WithoutDerivedText = true };
            var found = new ProofCounts(drops);
            await ProveAsync(parts, batch, message, found, token);
            tools.Add(message);
            var done = counts.Add(found, batch.Count);
            lock (shown)
            {
                proved?.Invoke(done);
            }
        });
        return counts.Result();
    }

    private async Task ProveAsync(IReadOnlyList<Part> parts, List<PersonToProve> batch, RenderedMessage message, ProofCounts counts, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            List<PersonToProve> reached = [.. batch.Where(p => (p.Reach & part.ReachMask) != 0)];
            var rows = reached.Count == 0 ? null : await part.Reader.ReadAsync(connection, [.. reached.Select(p => p.CustomerKey)], cancellationToken);
            var phones = reached.Count == 0 || part.Phones is null ? null : await part.Phones.ReadAsync(connection, [.. reached.Select(p => p.CustomerKey)], cancellationToken);
            foreach (var person in reached)
            {
                var fault = rows!.TryGetValue(person.CustomerKey, out var row)
                    ? part.Renderer.Render(row, 1, person.Cell, message, cancellationToken)
                    : $"there is no row for this person in {model.People.Name}";
                if (fault is not null)
                {
                    counts.Failed(i, person, fault);
                }
                else
                {
                    counts.Rendered(i, person.CustomerKey, message.Subject.Length + message.Html.Length + message.Text.Length, message.Html.Length);
                    if (phones is not null && phones.TryGetValue(person.CustomerKey, out var number))
                    {
                        var size = ShortMessage.Measure(ShortMessageText.Of(message.Text.Span, part.LookAlikes));
                        counts.Sized(i, PhoneCountry.Of(number) ?? "", size, part.Prices?.For(number));
                    }
                }
            }
        }
    }

    private static async IAsyncEnumerable<List<PersonToProve>> BatchesAsync(IAsyncEnumerable<PersonToProve> people, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var batch = new List<PersonToProve>(BatchSize);
        await foreach (var person in people.WithCancellation(cancellationToken))
        {
            batch.Add(person);
            if (batch.Count == BatchSize)
            {
                yield return batch;
                batch = new List<PersonToProve>(BatchSize);
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private sealed record Part(MessageRenderer Renderer, RecipientReader Reader, int ReachMask)
    {
        /// <summary>Null for messages that are no SMS.</summary>
        public PhoneReader? Phones { get; init; }

        public bool LookAlikes { get; init; }

        public SegmentPrices? Prices { get; init; }
    }
}
