using CampaignEngine.Authoring;
using CampaignEngine.Customers.Hygiene;

namespace CampaignEngine.Channels.Sms.Gateways;

/// <summary>What one segment costs, by the country of the number or by its first digits.</summary>
public sealed class SegmentPrices(IReadOnlyDictionary<string, Money> prices)
{
    /// <summary>Key of the price for countries that are not named.</summary>
    public const string Other = "other";

    public static SegmentPrices None { get; } = new(new Dictionary<string, Money>());

    /// <summary>By ISO 3166 country, "+digits" or <see cref="Other"/>.</summary>
    public IReadOnlyDictionary<string, Money> All { get; } = prices;

    public bool IsEmpty => All.Count == 0;

    /// <summary>The longest prefix wins, then the country, then the price for others; null where none holds.</summary>
    public Money? For(string number)
    {
        for (var length = number.Length; length > 1; length--)
        {
            if (All.TryGetValue(number[..length], out var byPrefix))
            {
                return byPrefix;
            }
        }

        return PhoneCountry.Of(number) is { } country && All.TryGetValue(country, out var byCountry) ? byCountry
            : All.TryGetValue(Other, out var other) ? other : null;
    }
}
