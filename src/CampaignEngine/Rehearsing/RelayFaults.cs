using System.Globalization;
using CampaignEngine.Mail.Receiving;

namespace CampaignEngine.Rehearsing;

/// <summary>Faults of the built-in relay: reply codes strike at the recipient, the others at the end of the message.</summary>
public static class RelayFaults
{
    // More than any connection carries, so that a message has the same number in every run with as many connections.
    private const long MessagesPerConnection = 1_000_003;

    private const string Example = "latency=50ms, a reply code such as 451=5% or 550=1%, close-before=1%, close-after=1% or malformed=1%";

    /// <summary>Null with the fault of the text.</summary>
    public static ScriptedFaults? Read(string text, out string? fault) => ScriptedFaults.Read(text, code => code is >= 400 and <= 599, Example, out fault);

    public static ReceiverScript Script(ScriptedFaults faults)
    {
        var script = new ReceiverScript();
        if (faults.IsEmpty)
        {
            return script;
        }

        return script
            .On(ReceiverMoment.Recipient, e => Find(e) is { } name && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                ? ReceiverAct.Answer(code, code < 500 ? "4.7.0" : "5.1.1", "scripted") : null)
            .On(ReceiverMoment.MessageEnd, e => Find(e) == ScriptedFaults.CloseBefore ? ReceiverAct.Drop with { Delay = faults.Latency }
                : faults.Latency > TimeSpan.Zero ? ReceiverAct.Wait(faults.Latency) : null)
            .On(ReceiverMoment.Stored, e => Find(e) switch
            {
                ScriptedFaults.CloseAfter => ReceiverAct.Drop,
                ScriptedFaults.Malformed => new ReceiverAct { Raw = "2x0 what?\r\n"u8.ToArray(), Close = true },
                _ => null,
            });

        string? Find(ReceiverEvent e) => faults.Find((e.Connection * MessagesPerConnection) + e.Message);
    }
}
