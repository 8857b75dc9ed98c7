using System.Collections.Concurrent;
using System.Globalization;
using CampaignEngine.Mail.Receiving;

namespace CampaignEngine.Rehearsing;

/// <summary>What mailbox providers do to senders in a hurry: beyond so many recipients a second for one domain 451, beyond twice as many 421 and the connection ends.</summary>
internal sealed class DomainThrottle(ScriptedFaults faults, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Counter> _counters = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null: the recipient may come.</summary>
    public ReceiverAct? Refuse(string recipient)
    {
        if (faults.MostASecond(recipient) is not { } most)
        {
            return null;
        }

        var domain = recipient[(recipient.LastIndexOf('@') + 1)..];
        var count = _counters.GetOrAdd(domain, static _ => new Counter()).Next(time.GetUtcNow().ToUnixTimeSeconds());
        var text = string.Create(CultureInfo.InvariantCulture, $"more than {most} a second for {domain}, slow down");
        return count <= most ? null
            : count <= 2 * most ? ReceiverAct.Answer(451, "4.7.28", text)
            : ReceiverAct.Answer(421, "4.7.28", text) with { Close = true };
    }

    private sealed class Counter
    {
        private readonly Lock _gate = new();
        private long _second;
        private int _count;

        public int Next(long second)
        {
            lock (_gate)
            {
                (_second, _count) = second == _second ? (second, _count + 1) : (second, 1);
                return _count;
            }
        }
    }
}
