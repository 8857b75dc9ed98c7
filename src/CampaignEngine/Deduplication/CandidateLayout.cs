using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;

namespace CampaignEngine.Deduplication;

/// <summary>
/// Which values the selection must carry for deduplication, as expressions of the condition language, and where each stands in a
/// row: the addresses and consents of the campaign's channels, household, zone, survivor and limit orderings.
/// </summary>
public sealed class CandidateLayout
{
    private readonly List<Written> _expressions = [];
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    public CandidateLayout(CampaignDefinition campaign, CustomerModel model, Entity people)
    {
        Place place = campaign.Audience.Place;
        Channels = [.. campaign.Drops.Select(d => d.Channel).Distinct()];
        Contacts = [.. Channels.Select(channel => people.Contacts.TryGetValue(channel, out ContactPoint? contact)
            ? new ContactColumns(
                contact,
                [.. new[] { contact.Address }.Concat(contact.More).Select(f => Carry(f.Name, place))],
                contact.Consent is null ? null : Carry(contact.Consent.Name, place))
            : throw new InvalidOperationException($"channel '{channel}' has no contact point in the model; validation lets none through"))];

        DedupeKeys = WithLeadKey(campaign.Audience.Dedupe, Channels[0]);
        Email = Extra(DedupeKey.Email, people, "email", place);
        Phone = Extra(DedupeKey.Phone, people, "sms", place) ?? Extra(DedupeKey.Phone, people, "call", place);
        Household = DedupeKeys.Contains(DedupeKey.Household) && people.Household is not null ? Carry(people.Household.Name, place) : null;
        Country = people.Country is null ? null : Carry(people.Country.Name, place);
        TimeZone = people.TimeZone is not null ? Carry(people.TimeZone.Name, place) : null;
        Survivor = [.. SurvivorOrder(campaign.Audience, model).Select(o => (Carry(o.Expression), o.Descending))];
        LimitOrder = campaign.Audience.Limit?.By is { } by ? (Carry(by.Expression), by.Descending) : null;
    }

    /// <summary>What to carry, in column order.</summary>
    public IReadOnlyList<Written> Expressions => _expressions;

    /// <summary>The channels of the campaign's drops; the first is the lead channel, whose address exclusions make the waterfall.</summary>
    public IReadOnlyList<string> Channels { get; }

    public IReadOnlyList<ContactColumns> Contacts { get; }

    /// <summary>audience.dedupe with the lead channel's own address put first where it was left out: an address gets one copy, always.</summary>
    public IReadOnlyList<DedupeKey> DedupeKeys { get; }

    public int? Email { get; }

    public int? Phone { get; }

    public int? Household { get; }

    public int? Country { get; }

    public int? TimeZone { get; }

    public IReadOnlyList<(int Column, bool Descending)> Survivor { get; }

    public (int Column, bool Descending)? LimitOrder { get; }

    /// <summary>What decides between duplicates when the campaign says nothing: the newest order, then the smallest key.</summary>
    public static IReadOnlyList<Ordering> SurvivorOrder(AudienceDefinition audience, CustomerModel model)
    {
        if (audience.Survivor.Count > 0 || model.Rfm is not { } rfm)
        {
            return audience.Survivor;
        }

        return [new Ordering(new Written($"max({rfm.Orders.Name}.{rfm.At.Name})", audience.Place), Descending: true)];
    }

    private static IReadOnlyList<DedupeKey> WithLeadKey(IReadOnlyList<DedupeKey> keys, string leadChannel)
    {
        DedupeKey? lead = leadChannel switch { "email" => DedupeKey.Email, "sms" or "call" => DedupeKey.Phone, _ => null };
        return lead is { } key && !keys.Contains(key) ? [key, .. keys] : [.. keys.Distinct()];
    }

    private int? Extra(DedupeKey key, Entity people, string channel, Place place) =>
        DedupeKeys.Contains(key) && people.Contacts.TryGetValue(channel, out ContactPoint? contact) ? Carry(contact.Address.Name, place) : null;

    private int Carry(string expression, Place place) => Carry(new Written(expression, place));

    private int Carry(Written expression)
    {
        if (!_places.TryGetValue(expression.Text, out int place))
        {
            place = _expressions.Count;
            _expressions.Add(expression);
            _places.Add(expression.Text, place);
        }
        return place;
    }
}

/// <summary>Where a channel's address parts and consent stand in a candidate row.</summary>
public sealed record ContactColumns(ContactPoint Contact, IReadOnlyList<int> Address, int? Consent);
