using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Channels.Sms;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Signing;

namespace CampaignEngine;

/// <summary>The senders of engine.yaml, and that each takes a route that is there.</summary>
internal sealed class SenderReader
{
    private readonly List<SenderSettings> _email = [];
    private readonly List<SmsSender> _sms = [];
    private readonly ProblemList _problems;
    private readonly string[] _relays;
    private readonly string[] _gateways;

    private SenderReader(YamlMapping root, ProblemList problems)
    {
        _problems = problems;
        var routes = (root.Mapping("routes")?.Entries ?? []).ToLookup(e => (e.Value as YamlMapping)?["http"] is not null, e => e.Key.Text);
        _relays = [.. routes[false]];
        _gateways = [.. routes[true]];
    }

    /// <summary>Senders without a fault. A route that is written wrongly counts as there: it has its own message.</summary>
    public static (IReadOnlyList<SenderSettings> Email, IReadOnlyList<SmsSender> Sms) Read(YamlMapping root, ProblemList problems)
    {
        var reader = new SenderReader(root, problems);
        foreach (var (key, value) in root.Mapping("senders")?.Entries ?? [])
        {
            if (value is YamlMapping sender)
            {
                reader.Add(key.Text, sender);
            }
        }

        return (reader._email, reader._sms);
    }

    private void Add(string name, YamlMapping sender)
    {
        if (sender["from"] is null && sender["sms"] is null)
        {
            _problems.Error(sender.Place, "CE1169", $"the sender '{Shown.Text(name)}' has neither 'from' (for e-mail) nor 'sms'; write at least one");
        }

        if (sender["from"] is not null && Email(name, sender) is { } email)
        {
            _email.Add(email);
        }

        if (sender.Mapping("sms") is { } sms)
        {
            _sms.Add(Sms(name, sms));
        }
    }

    private SenderSettings? Email(string name, YamlMapping sender)
    {
        if (sender["route"] is null)
        {
            _problems.Error(sender.Place, "CE1169", $"the sender '{Shown.Text(name)}' has no 'route' for its e-mails; write for example 'route: {(_relays.Length > 0 ? Shown.Text(_relays[0]) : "relay")}'");
        }

        if (sender.Written("route") is { } route && !_relays.Contains(route.Text))
        {
            _problems.Error(route.Place, "CE1134", $"the sender '{Shown.Text(name)}' takes the route '{Shown.Text(route.Text)}', which is not under 'routes'{Suggestion.For(route.Text, _relays)}");
        }

        if (Mailboxes.TryRead(sender.Text("from"), out var from) is not null)
        {
            return null;
        }

        return new SenderSettings
        {
            Name = name,
            From = from,
            ReplyTo = sender.Text("reply_to") is { } text && Mailboxes.TryRead(text, out var replyTo) is null ? replyTo : null,
            Route = sender.Text("route") ?? "",
            ReturnPath = Address(sender, "return_path"),
            Unsubscribe = Address(sender, "unsubscribe"),
            Dkim = Dkim(name, sender.Mapping("dkim"), from.Address.Domain.ToString()),
        };
    }

    private DkimSettings? Dkim(string sender, YamlMapping? dkim, string fromDomain)
    {
        if (dkim is null || dkim.Text("selector") is not { } selector || dkim.Text("key_file") is not { } file)
        {
            return null;
        }

        var domain = dkim.Text("domain") is { } text && DkimKey.TryReadDomain(text, out var written) ? written : fromDomain;
        if (!IsSameOrBelow(fromDomain, domain) && !IsSameOrBelow(domain, fromDomain))
        {
            _problems.Warning(dkim.PlaceOf("domain"), "CE1136", $"the sender '{Shown.Text(sender)}' writes as {fromDomain} and signs as {domain}: mailbox providers count a signature (DMARC) only when both belong together; sign as {fromDomain}");
        }

        var next = dkim.Mapping("next");
        if (next?.Written("selector") is { } nextSelector && nextSelector.Text == selector)
        {
            _problems.Error(nextSelector.Place, "CE1137", $"the next key of the sender '{Shown.Text(sender)}' has the selector of the present one; give it another, for both records stand in DNS at the same time");
        }

        return new DkimSettings
        {
            Domain = domain,
            Selector = selector,
            KeyFile = file,
            Next = next?.Text("selector") is { } following && next.Text("key_file") is { } nextFile
                ? new DkimSettings { Domain = domain, Selector = following, KeyFile = nextFile } : null,
        };

        static bool IsSameOrBelow(string domain, string above) => domain == above || domain.EndsWith("." + above, StringComparison.Ordinal);
    }

    private SmsSender Sms(string name, YamlMapping sms)
    {
        if (sms.Written("route") is { } route && !_gateways.Contains(route.Text))
        {
            _problems.Error(route.Place, "CE1134", $"the SMS of the sender '{Shown.Text(name)}' take the route '{Shown.Text(route.Text)}', which is no route with 'http'{Suggestion.For(route.Text, _gateways)}");
        }

        return new SmsSender
        {
            Name = name,
            Route = sms.Text("route") ?? "",
            Id = sms.Text("id") ?? "",
            Ids = (sms.Mapping("ids")?.Entries ?? []).Where(e => e.Value is YamlScalar).ToDictionary(e => e.Key.Text, e => ((YamlScalar)e.Value).Text, StringComparer.Ordinal),
        };
    }

    private static EmailAddress? Address(YamlMapping mapping, string key) =>
        mapping.Text(key) is { } text && EmailAddress.TryParse(text, out var address, out _) ? address : null;
}
