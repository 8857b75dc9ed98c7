using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using CampaignEngine.Authoring;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Signing;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>So many reports of different mailings within a time suppress an address. Null where a rule says never.</summary>
/// <param name="Count">1: the first one does.</param>
/// <param name="Window">How long ago the first of them may be.</param>
public sealed record SuppressAfter(int Count, TimeSpan Window);

/// <summary><c>bounces:</c> of engine.yaml.</summary>
public sealed partial record BounceSettings
{
    private static readonly TimeSpan UsualWindow = TimeSpan.FromDays(365);

    private static readonly ScalarKind DomainKind = new("domain", "bounces.shop.example", null, text => DkimKey.TryReadDomain(text, out _) ? null : $"'{Shown.Text(text)}' is not a domain name");

    private static readonly ScalarKind EndPointKind = new("IP address and port", "127.0.0.1:2424", @"^(\[[0-9A-Fa-f:.]+\]|[0-9.]+):[0-9]{1,5}$", text =>
        IPEndPoint.TryParse(text, out var point) && point.Port > 0 && text.Contains(':', StringComparison.Ordinal) ? null : $"'{Shown.Text(text)}' is not an address with a port; write for example '127.0.0.1:2424'");

    private static readonly ScalarKind AddressKind = new("e-mail address", "abuse@shop.example", null, text => EmailAddress.TryParse(text, out _, out var fault) ? null : $"'{Shown.Text(text)}': {fault.Explain()}");

    private static readonly ScalarKind AfterKind = new("once, never, or a number in a time", "5 in 30 days", @"^(once|never|[0-9]{1,3} in [0-9]{1,3} days?)$", text =>
        TryAfter(text, out _) ? null : $"'{Shown.Text(text)}' is not once, never or a number in a time; write for example '5 in 30 days'");

    internal static MapShape Shape { get; } = new(
        new("return_path", new ScalarShape(DomainKind) { Description = "Domain whose mail comes to us: every message gets an envelope sender of its own there, in place of the sender's return_path." }),
        new("listen", new ScalarShape(EndPointKind) { Description = "Where 'serve' takes that domain's mail, by LMTP or SMTP; an address that only your mail server reaches." }) { Default = "nowhere; 'campaign ingest' reads stored mail" },
        new("also", new ListShape(new ScalarShape(AddressKind) { Description = "An address." }) { Description = "Further addresses that are taken there, such as those that providers send complaints to.", OrSingle = true }),
        new("suppress", new MapShape(
            new("hard", new ScalarShape(AfterKind) { Description = "No such mailbox, domain or customer." }) { Default = "once" },
            new("soft", new ScalarShape(AfterKind) { Description = "Full, disabled, expired and other soft bounces together." }) { Default = "5 in 30 days" },
            new("complaint", new ChoiceShape("once", "never") { Description = "The recipient calls it spam." }) { Default = "once" })
        { Description = "When reports stop an address for good. Refusals of our sending address, of content or by policy, automatic answers and delays never do." }))
    { Description = "Bounces and complaints." };

    /// <summary>Domain of the addresses that messages are sent from in the envelope; null: senders' own return paths, and nothing comes back by itself.</summary>
    public string? ReturnPathDomain { get; init; }

    /// <summary>Where <c>serve</c> takes that domain's mail by LMTP or SMTP; null: nowhere.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>Further addresses that the listener takes: where providers send their complaints.</summary>
    public IReadOnlyList<string> Also { get; init; } = [];

    /// <summary>Null: never.</summary>
    public SuppressAfter? Hard { get; init; } = new(1, UsualWindow);

    /// <summary>Counts soft, full and expired together; null: never.</summary>
    public SuppressAfter? Soft { get; init; } = new(5, TimeSpan.FromDays(30));

    public bool OnComplaint { get; init; } = true;

    /// <param name="written">Its shape has been checked; null: not written.</param>
    /// <param name="problems">Gets what does not fit together.</param>
    internal static BounceSettings Read(YamlMapping? written, ProblemList problems)
    {
        var usual = new BounceSettings();
        if (written is null)
        {
            return usual;
        }

        if (written["listen"] is not null && written["return_path"] is null && written["also"] is null)
        {
            problems.Error(written.PlaceOf("listen"), "CE1172", "nothing would be taken there: name the domain of our return paths in 'return_path', or addresses in 'also'");
        }

        var suppress = written.Mapping("suppress");
        return new BounceSettings
        {
            ReturnPathDomain = written.Text("return_path") is { } domain && DkimKey.TryReadDomain(domain, out var read) ? read : null,
            Listen = written.Text("listen") is { } listen && IPEndPoint.TryParse(listen, out var point) ? point : null,
            Also = [.. written.Writtens("also").Select(w => w.Text)],
            Hard = suppress?.Text("hard") is { } hard && TryAfter(hard, out var hardAfter) ? hardAfter : usual.Hard,
            Soft = suppress?.Text("soft") is { } soft && TryAfter(soft, out var softAfter) ? softAfter : usual.Soft,
            OnComplaint = suppress?.Text("complaint") != "never",
        };
    }

    private static bool TryAfter(string text, out SuppressAfter? after)
    {
        after = text == "once" ? new(1, UsualWindow) : null;
        if (text is "once" or "never")
        {
            return true;
        }

        var match = After().Match(text);
        if (!match.Success || int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is not (> 0 and var count) || int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) is not (> 0 and var days))
        {
            return false;
        }

        after = new SuppressAfter(count, TimeSpan.FromDays(days));
        return true;
    }

    [GeneratedRegex("^([0-9]{1,3}) in ([0-9]{1,3}) days?$", RegexOptions.CultureInvariant)]
    private static partial Regex After();
}
