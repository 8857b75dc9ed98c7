using System.Net;
using CampaignEngine.Authoring;

namespace CampaignEngine.Tracking.Machines;

/// <summary>The shape of machines.yaml.</summary>
public static class MachineRulesShape
{
    // What is stored of an address: nothing narrower can be judged again later.
    private const int NarrowestV4 = 24;
    private const int NarrowestV6 = 48;

    private static readonly ScalarKind ScoreKind = new("score from 0 to 1000", "100", null, text => IsNumber(text, 0, 1000) ? null : $"'{Shown.Text(text)}' is no score; write a number from 0 to 1000");

    private static readonly ScalarKind VersionKind = new("number from 1", "2", null, text => IsNumber(text, 1, 1_000_000) ? null : $"'{Shown.Text(text)}' is no version; write a number from 1 to 1000000");

    private static readonly ScalarKind RangeKind = new("network", "198.51.100.0/24", null, text => TryRange(text, out _) ? null
        : $"'{Shown.Text(text)}' is no network; write an address and a length, such as 198.51.100.0/24, no narrower than /{NarrowestV4} (IPv6: /{NarrowestV6}), for no more than that is stored of an address");

    private static readonly ListShape Match = new(new ScalarShape(ScalarKind.Value) { Description = "A text." }) { Description = "Texts of the user agent.", OrSingle = true };

    public static MapShape Shape { get; } = new(
        new("version", new ScalarShape(VersionKind) { Description = "Number of these rules; a changed file has another." }) { Required = true },
        new("threshold", new ScalarShape(ScoreKind) { Description = "Score from which an event is a machine's." }) { Required = true },
        Score("head", "A HEAD request."),
        Score("prefetch", "A request that says it fetches in advance."),
        Score("no_agent", "A request without a user agent."),
        new("agents", Listed("User agents of scanners, link previews and HTTP libraries; a match anywhere counts, letter case aside.")) { Default = "none" },
        new("privacy_proxies", Listed("User agents that are exactly this, of opens.")) { Default = "none" },
        new("networks", new NamedShape(ScalarKind.Name, new MapShape(
            new("score", new ScalarShape(ScoreKind) { Description = "What it adds." }) { Required = true },
            new("ranges", new ListShape(new ScalarShape(RangeKind) { Description = "A network." }) { Description = "Its networks.", OrSingle = true }) { Required = true })
        { Description = "Networks from which no person comes." }) { Description = "Networks by name." }) { Default = "none" },
        Score("within_2_s", "Sooner than two seconds after acceptance."),
        Score("within_10_s", "Sooner than ten seconds after acceptance."),
        Score("all_links", "Every link of the message at once."),
        Score("in_order", "Three links or more within a minute, in their order."),
        Score("no_open", "A click on an e-mail whose pixel was never fetched."))
    {
        Description = "How events are told to be a machine's.",
    };

    internal static bool TryRange(string text, out IPNetwork network) =>
        IPNetwork.TryParse(text, out network) && network.PrefixLength <= (network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? NarrowestV4 : NarrowestV6);

    /// <summary>What is stored of an address: its /24 or /48; null for addresses that say nothing, such as the machine's own.</summary>
    public static IPNetwork? Stored(IPAddress? address)
    {
        if (address is null || IPAddress.IsLoopback(address))
        {
            return null;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var bytes = plain.GetAddressBytes();
        var length = bytes.Length == 4 ? NarrowestV4 : NarrowestV6;
        bytes.AsSpan(length / 8).Clear();
        return new IPNetwork(new IPAddress(bytes), length);
    }

    private static KeyShape Score(string key, string description) => new(key, new ScalarShape(ScoreKind) { Description = description }) { Default = "0" };

    private static MapShape Listed(string description) => new(
        new("score", new ScalarShape(ScoreKind) { Description = "What it adds." }) { Required = true },
        new("match", Match) { Required = true })
    { Description = description };

    private static bool IsNumber(string text, int least, int most) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= least && number <= most;
}
