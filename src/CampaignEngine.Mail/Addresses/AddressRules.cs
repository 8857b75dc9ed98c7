using System.Collections.Frozen;

namespace CampaignEngine.Mail.Addresses;

/// <summary>
/// Which spellings count as the same mailbox when addresses are deduplicated. Case and the two forms of an international domain never
/// matter; the rest is off unless asked for, and then applies to the listed providers only.
/// </summary>
public sealed record AddressRules
{
    private readonly FrozenDictionary<string, MailProvider> _providers = ByDomain(MailProvider.Known);

    /// <summary>Case and international domain form only.</summary>
    public static AddressRules Plain { get; } = new();

    /// <summary>j.doe@gmail.com and jdoe@gmail.com are one. Also unites a provider's domains (gmail.com, googlemail.com). Default false.</summary>
    public bool IgnoreDots { get; init; }

    /// <summary>doe+tea@gmail.com and doe@gmail.com are one. Also unites a provider's domains. Default false.</summary>
    public bool IgnorePlusTags { get; init; }

    /// <summary>The providers the two rules apply to. Default <see cref="MailProvider.Known"/>.</summary>
    public IReadOnlyList<MailProvider> Providers
    {
        get => [.. _providers.Values.Distinct()];
        init => _providers = ByDomain(value);
    }

    internal bool Any => IgnoreDots || IgnorePlusTags;

    internal bool TryFindProvider(ReadOnlySpan<char> lowerDomain, out MailProvider? provider) =>
        _providers.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(lowerDomain, out provider);

    private static FrozenDictionary<string, MailProvider> ByDomain(IReadOnlyList<MailProvider> providers) =>
        providers.SelectMany(p => p.Domains.Select(d => (d, p))).ToFrozenDictionary(x => x.d, x => x.p, StringComparer.Ordinal);
}
