using System.Globalization;
using System.Text.RegularExpressions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Channels.Sms.Rehearsing;

/// <summary>
/// Faults as a person writes them on the command line: <c>latency=50ms,429=5%,503=1%,close-before=1%,close-after=1%,malformed=1%</c>. Which request
/// is hit follows from its number, so that a run can be repeated.
/// </summary>
public static partial class GatewayFaults
{
    private static readonly string[] Names = ["latency", "close-before", "close-after", "malformed"];

    /// <summary>The script; null with the fault of the text.</summary>
    public static GatewayScript? Read(string text, out string? fault)
    {
        fault = null;
        var script = new GatewayScript();
        var from = 0.0;
        var delay = TimeSpan.Zero;
        var before = new List<(double From, double To, GatewayAct Act)>();
        var after = new List<(double From, double To, GatewayAct Act)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Part().Match(part);
            var (name, value) = (match.Groups["name"].Value, match.Groups["value"].Value);
            if (!match.Success || (match.Groups["unit"].Value == "ms") != (name == "latency") || !(Names.Contains(name) || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                fault = $"'{Shown.Text(part)}' is no fault; write latency=50ms, a status such as 429=5%, close-before=1%, close-after=1% or malformed=1%, with commas between{Suggestion.For(name, Names)}";
                return null;
            }

            if (name == "latency")
            {
                delay = TimeSpan.FromMilliseconds(double.Parse(value, CultureInfo.InvariantCulture));
                continue;
            }

            var to = from + (double.Parse(value, CultureInfo.InvariantCulture) / 100);
            (name is "close-after" or "malformed" ? after : before).Add((from, to, ActOf(name)));
            from = to;
        }

        if (from > 1)
        {
            fault = $"the faults add up to {from:P0}; leave some requests alone";
            return null;
        }

        return script
            .On(GatewayMoment.Requested, e => Find(before, e) is { } act ? act with { Delay = delay } : delay > TimeSpan.Zero ? GatewayAct.Wait(delay) : null)
            .On(GatewayMoment.Accepted, e => Find(after, e));
    }

    private static GatewayAct ActOf(string name) => name switch
    {
        "close-before" or "close-after" => GatewayAct.Drop,
        "malformed" => new GatewayAct { Raw = "HTP/9.9 what?\r\n\r\n"u8.ToArray(), Close = true },
        "429" or "503" => GatewayAct.Answer(int.Parse(name, CultureInfo.InvariantCulture), "{\"message\":\"too many requests\"}", retryAfter: 1),
        _ => GatewayAct.Answer(int.Parse(name, CultureInfo.InvariantCulture), "{\"message\":\"scripted\"}"),
    };

    private static GatewayAct? Find(List<(double From, double To, GatewayAct Act)> acts, GatewayEvent e)
    {
        // Multiples of the golden ratio spread over [0, 1) evenly, without any random number.
        var share = e.Request * 0.6180339887498949 % 1;
        foreach (var (from, to, act) in acts)
        {
            if (share >= from && share < to)
            {
                return act;
            }
        }

        return null;
    }

    [GeneratedRegex(@"\A(?<name>latency|close-before|close-after|malformed|[1-5][0-9]{2}|[a-z-]+)=(?<value>[0-9]{1,6}(\.[0-9]{1,3})?)(?<unit>ms|%)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Part();
}
