namespace CampaignEngine.Mail.Addresses;

/// <summary>Which spellings of an address one mailbox provider delivers to one mailbox.</summary>
/// <param name="Domains">Lower-case domains; all of them name the same mailboxes only when <paramref name="OneMailboxOverDomains"/>.</param>
/// <param name="IgnoresDots">Dots in the local part do not matter.</param>
/// <param name="IgnoresPlusTags">Everything from the first plus sign on does not matter.</param>
/// <param name="OneMailboxOverDomains">The same local part under any of the domains is the same mailbox; the first domain is the key's.</param>
public sealed record SpellingRule(IReadOnlyList<string> Domains, bool IgnoresDots, bool IgnoresPlusTags, bool OneMailboxOverDomains)
{
    /// <summary>The providers whose rule is public and stable. Where a rule is uncertain the provider is left out: a wrong merge loses a person.</summary>
    public static IReadOnlyList<SpellingRule> Known { get; } =
    [
        new(["gmail.com", "googlemail.com"], IgnoresDots: true, IgnoresPlusTags: true, OneMailboxOverDomains: true),
        new(["outlook.com", "hotmail.com", "live.com", "msn.com"], IgnoresDots: false, IgnoresPlusTags: true, OneMailboxOverDomains: false),
        new(["icloud.com", "me.com", "mac.com"], IgnoresDots: false, IgnoresPlusTags: true, OneMailboxOverDomains: true),
        new(["proton.me", "protonmail.com", "pm.me"], IgnoresDots: true, IgnoresPlusTags: true, OneMailboxOverDomains: true),
        new(["fastmail.com", "fastmail.fm"], IgnoresDots: false, IgnoresPlusTags: true, OneMailboxOverDomains: false),
    ];
}
