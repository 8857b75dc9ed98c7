using CampaignEngine.Customers.Hygiene;

namespace CampaignEngine.Channels.Sms;

/// <summary>From whom SMS come.</summary>
public sealed record SmsSender
{
    /// <summary>Name under <c>senders</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Name of a route with <c>http</c>.</summary>
    public required string Route { get; init; }

    /// <summary>Number or name that stands on the telephone.</summary>
    public required string Id { get; init; }

    /// <summary>Sender ids by ISO 3166 country: many countries take registered names or local numbers only.</summary>
    public IReadOnlyDictionary<string, string> Ids { get; init; } = new Dictionary<string, string>();

    /// <summary>What a number of E.164 sees as the sender.</summary>
    public string IdFor(string number) => Ids.Count > 0 && PhoneCountry.Of(number) is { } country && Ids.TryGetValue(country, out var id) ? id : Id;
}
