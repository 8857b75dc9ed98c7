using System.Collections.Frozen;

namespace CampaignEngine.Mail.Addresses;

/// <summary>
/// Which spellings count as the same mailbox when addresses are deduplicated. Case and the two forms of an international domain never
/// matter; the rest is off unless asked for, and then applies to the listed providers only.
/// </summary>
public sealed record AddressRules
{
    private readonly FrozenDictionary<string, SpellingRule> _spellings = ByDomain(SpellingRule.Known);

    /// <summary>Case and international domain form only.</summary>
    public static AddressRules Plain { get; } = new();

    /// <summary>j.doe@gmail.com and jdoe@gmail.com are one. Also unites a provider's domains (gmail.com, googlemail.com). Default false.</summary>
    public bool IgnoreDots { get; init; }

    /// <summary>doe+tea@gmail.com and doe@gmail.com are one. Also unites a provider's domains. Default false.</summary>
    public bool IgnorePlusTags { get; init; }

    /// <summary>The providers the two rules apply to, each with what it really ignores. Default <see cref="SpellingRule.Known"/>.</summary>
    public IReadOnlyList<SpellingRule> Spellings
    {
        get => [.. _spellings.Values.Distinct()];
        init => _spellings = ByDomain(value);
    }

    internal bool Any => IgnoreDots || IgnorePlusTags;

    internal bool TryFindSpelling(ReadOnlySpan<char> lowerDomain, out SpellingRule? spelling) =>
        _spellings.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(lowerDomain, out spelling);

    private static FrozenDictionary<string, SpellingRule> ByDomain(IReadOnlyList<SpellingRule> spellings) =>
        spellings.SelectMany(s => s.Domains.Select(d => (d, s))).ToFrozenDictionary(x => x.d, x => x.s, StringComparer.Ordinal);
}
