namespace CampaignEngine.Mail.Addresses;

/// <summary>A mailbox provider that delivers several spellings of an address to one mailbox.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Domains">Lower-case domains; all of them name the same mailboxes only when <paramref name="OneMailboxOverDomains"/>.</param>
/// <param name="IgnoresDots">Dots in the local part do not matter.</param>
/// <param name="IgnoresPlusTags">Everything from the first plus sign on does not matter.</param>
/// <param name="OneMailboxOverDomains">The same local part under any of the domains is the same mailbox; the first domain is the key's.</param>
public sealed record MailProvider(string Name, IReadOnlyList<string> Domains, bool IgnoresDots, bool IgnoresPlusTags, bool OneMailboxOverDomains)
{
    /// <summary>The providers whose rule is public and stable. Where a rule is uncertain the provider is left out: a wrong merge loses a person.</summary>
    public static IReadOnlyList<MailProvider> Known { get; } =
    [
        new("Gmail", ["gmail.com", "googlemail.com"], IgnoresDots: true, IgnoresPlusTags: true, OneMailboxOverDomains: true),
        new("Outlook", ["outlook.com", "hotmail.com", "live.com", "msn.com"], IgnoresDots: false, IgnoresPlusTags: true, OneMailboxOverDomains: false),
        new("iCloud", ["icloud.com", "me.com", "mac.com"], IgnoresDots: false, IgnoresPlusTags: true, OneMailboxOverDomains: true),
        new("Proton", ["proton.me", "protonmail.com", "pm.me"], IgnoresDots: true, IgnoresPlusTags: true, OneMailboxOverDomains: true),
        new("Fastmail", ["fastmail.com", "fastmail.fm"], IgnoresDots: false, IgnoresPlusTags: true, OneMailboxOverDomains: false),
    ];
}
