using CampaignEngine.Campaigns;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;

namespace CampaignEngine.Rehearsing;

/// <summary>How long a rehearsed drop would take for real: counts the people of each mailbox provider that has limits while they pass, then asks <see cref="LimitForecast"/>.</summary>
/// <param name="providers">By domain, as the freeze would group people.</param>
internal sealed class RealPace(CampaignEngineServices engine, IReadOnlyDictionary<string, string> providers)
{
    private readonly Dictionary<string, long> _people = new(StringComparer.Ordinal);

    /// <summary>Not for two threads at once.</summary>
    public void Add(string address)
    {
        if (providers.Count > 0 && providers.TryGetValue(address[(address.LastIndexOf('@') + 1)..].ToLowerInvariant(), out var provider))
        {
            _people[provider] = _people.GetValueOrDefault(provider) + 1;
        }
    }

    /// <param name="dueAt">Null: it follows from another drop; then it is reckoned from now.</param>
    public RehearsedDrop Forecast(RehearsedDrop rehearsed, CampaignDefinition campaign, DropDefinition drop, MailingToSend mailing, DateTimeOffset? dueAt)
    {
        var hours = engine.Calendar.HoursOf(campaign, drop);
        var now = engine.TimeProvider.GetUtcNow();
        var start = dueAt > now ? dueAt.Value : now;
        var limits = engine.Settings.LimitsOf(mailing, provider: null).Select(l => (l, rehearsed.People))
            .Concat(_people.SelectMany(p => engine.Settings.LimitsOf(mailing, p.Key).Where(l => l.Subject == $"provider:{p.Key}").Select(l => (l, p.Value))));
        var forecast = LimitForecast.Of(limits, hours, engine.Zone, start, TimeSpan.FromSeconds(rehearsed.Seconds));
        return rehearsed with
        {
            AtLeast = Math.Max(rehearsed.Seconds, forecast.Time.TotalSeconds),
            Because = forecast.Time.TotalSeconds > rehearsed.Seconds ? forecast.Because : null,
            From = dueAt is null ? null : hours.NextOpening(start, engine.Zone),
        };
    }
}
