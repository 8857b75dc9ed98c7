using System.Globalization;
using CampaignEngine.Rehearsing;

namespace CampaignEngine.Channels.Sms.Rehearsing;

/// <summary>Faults of the gateway double: status codes strike before a message is taken.</summary>
public static class GatewayFaults
{
    private const string Example = "latency=50ms, a status such as 429=5%, close-before=1%, close-after=1% or malformed=1%";

    /// <summary>The script; null with the fault of the text.</summary>
    public static GatewayScript? Read(string text, out string? fault) =>
        ScriptedFaults.Read(text, code => code is >= 100 and <= 599, [], Example, out fault) is { } faults ? Script(faults) : null;

    public static GatewayScript Script(ScriptedFaults faults) => new GatewayScript()
        .On(GatewayMoment.Requested, e => faults.Find(e.Request) is { } name and not (ScriptedFaults.CloseAfter or ScriptedFaults.Malformed)
            ? Before(name) with { Delay = faults.Latency }
            : faults.Latency > TimeSpan.Zero ? GatewayAct.Wait(faults.Latency) : null)
        .On(GatewayMoment.Accepted, e => faults.Find(e.Request) switch
        {
            ScriptedFaults.CloseAfter => GatewayAct.Drop,
            ScriptedFaults.Malformed => new GatewayAct { Raw = "HTP/9.9 what?\r\n\r\n"u8.ToArray(), Close = true },
            _ => null,
        });

    private static GatewayAct Before(string name) => name switch
    {
        ScriptedFaults.CloseBefore => GatewayAct.Drop,
        "429" or "503" => GatewayAct.Answer(int.Parse(name, CultureInfo.InvariantCulture), "{\"message\":\"too many requests\"}", retryAfter: 1),
        _ => GatewayAct.Answer(int.Parse(name, CultureInfo.InvariantCulture), "{\"message\":\"scripted\"}"),
    };
}
