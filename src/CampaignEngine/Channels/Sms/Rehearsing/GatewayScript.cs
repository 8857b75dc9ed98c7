namespace CampaignEngine.Channels.Sms.Rehearsing;

/// <summary>When a scripted fault of the gateway double can strike.</summary>
public enum GatewayMoment
{
    /// <summary>The request was read; nothing is accepted yet.</summary>
    Requested,

    /// <summary>The message is stored; the sender does not know yet.</summary>
    Accepted,
}

/// <summary>What happens now.</summary>
/// <param name="Request">1 for the first request of this double.</param>
public readonly record struct GatewayEvent(GatewayMoment Moment, long Request, string To, string Text);

/// <summary>What the double does instead of, or before, its ordinary answer.</summary>
public sealed record GatewayAct
{
    /// <summary>First wait. Then the rest of the act, or the ordinary answer when there is no rest.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Answered instead; 0 for the ordinary answer. At <see cref="GatewayMoment.Requested"/> the message is not stored, whatever the status.</summary>
    public int Status { get; init; }

    public string Body { get; init; } = "";

    /// <summary>Seconds, as the header Retry-After; null for none.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Sent as it stands instead of any answer.</summary>
    public ReadOnlyMemory<byte>? Raw { get; init; }

    /// <summary>Then the connection ends: without any answer when nothing else is set.</summary>
    public bool Close { get; init; }

    public static GatewayAct Drop { get; } = new() { Close = true };

    public static GatewayAct Wait(TimeSpan delay) => new() { Delay = delay };

    public static GatewayAct Answer(int status, string body = "", int? retryAfter = null) => new() { Status = status, Body = body, RetryAfter = retryAfter };

    internal bool ReplacesAnswer => Status != 0 || Raw is not null || Close;
}

/// <summary>Faults that the double acts out: rules in the order they were added, the first that gives an act wins. Called from many connections at once.</summary>
public sealed class GatewayScript
{
    private readonly Lock _gate = new();
    private (GatewayMoment Moment, Func<GatewayEvent, GatewayAct?> Rule)[] _rules = [];

    /// <summary>Adds a rule for one moment; null from <paramref name="rule"/> leaves the event to later rules.</summary>
    public GatewayScript On(GatewayMoment moment, Func<GatewayEvent, GatewayAct?> rule)
    {
        lock (_gate)
        {
            _rules = [.. _rules, (moment, rule)];
        }

        return this;
    }

    /// <summary>Acts once, at the first such moment.</summary>
    public GatewayScript Once(GatewayMoment moment, GatewayAct act)
    {
        var left = 1;
        return On(moment, _ => Interlocked.Exchange(ref left, 0) == 1 ? act : null);
    }

    internal GatewayAct? Find(GatewayEvent what)
    {
        foreach (var (moment, rule) in _rules)
        {
            if (moment == what.Moment && rule(what) is { } act)
            {
                return act;
            }
        }

        return null;
    }
}
