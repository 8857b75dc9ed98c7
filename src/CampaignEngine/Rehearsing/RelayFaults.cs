using System.Collections.Concurrent;
using System.Globalization;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Rehearsing.Returns;

namespace CampaignEngine.Rehearsing;

/// <summary>Faults of the built-in relay: reply codes strike at the recipient, the others at the end of the message.</summary>
public static class RelayFaults
{
    private const string Example =
        "latency=50ms, a reply code such as 451=5% or 550@old.example=100%, greylist=10%, throttle@gmail.com=20/s, close-before=1%, close-after=1%, malformed=1%, bounce=1%, full=1% or complaint=0.1%";

    /// <summary>Null with the fault of the text.</summary>
    public static ScriptedFaults? Read(string text, out string? fault) =>
        ScriptedFaults.Read(text, code => code is >= 400 and <= 599, [ScriptedFaults.Greylist, ScriptedFaults.Throttle, .. ReturnedMail.Kinds], Example, out fault);

    public static ReceiverScript Script(ScriptedFaults faults, TimeProvider time)
    {
        var script = new ReceiverScript();
        if (faults.IsEmpty)
        {
            return script;
        }

        var throttle = new DomainThrottle(faults, time);
        var greylisted = new ConcurrentDictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        return script
            .On(ReceiverMoment.Recipient, e => throttle.Refuse(e.Argument))
            .On(ReceiverMoment.Recipient, e => Find(e) == ScriptedFaults.Greylist && greylisted.TryAdd(e.Argument, true) ? ReceiverAct.Answer(451, "4.7.1", "greylisted, try again later") : null)
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

        string? Find(ReceiverEvent e) => faults.Find(Number(e), e.Argument);
    }

    // Connections end early and are many: their first messages must not all have neighbouring numbers (finaliser of MurmurHash3).
    private static long Number(ReceiverEvent e)
    {
        var mixed = unchecked(((ulong)e.Connection << 32) + (ulong)e.Message);
        mixed = unchecked((mixed ^ (mixed >> 33)) * 0xFF51AFD7ED558CCD);
        mixed = unchecked((mixed ^ (mixed >> 33)) * 0xC4CEB9FE1A85EC53);
        return (long)(mixed >> 33);
    }
}
