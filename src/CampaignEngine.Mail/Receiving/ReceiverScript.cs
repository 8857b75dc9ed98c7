using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.Mail.Receiving;

/// <summary>When a scripted fault can strike.</summary>
public enum ReceiverMoment
{
    /// <summary>Before the greeting.</summary>
    Connected,
    Hello,
    StartTls,
    Authenticate,
    Mail,
    Recipient,
    Data,
    /// <summary>The terminator was read; the message is not stored yet.</summary>
    MessageEnd,
    /// <summary>The message is stored; the client does not know yet.</summary>
    Stored,
    Reset,
    Quit,
}

/// <summary>What happens now.</summary>
/// <param name="Moment">When.</param>
/// <param name="Connection">1 for the first connection of this receiver.</param>
/// <param name="Message">1 for the first MAIL of the connection; 0 before it.</param>
/// <param name="Argument">The address at Mail and Recipient, the recipients joined by commas from Data on, otherwise the rest of the line.</param>
public readonly record struct ReceiverEvent(ReceiverMoment Moment, long Connection, int Message, string Argument);

/// <summary>What the receiver does instead of, or before, its ordinary answer.</summary>
public sealed record ReceiverAct
{
    /// <summary>First wait. Then the rest of the act, or the ordinary answer when there is no rest.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Said instead of the ordinary answer; the command has no effect, whatever the code. At MessageEnd the message is not stored.</summary>
    public SmtpReply? Reply { get; init; }

    /// <summary>Sent as it stands instead of the ordinary answer.</summary>
    public ReadOnlyMemory<byte>? Raw { get; init; }

    /// <summary>Then the connection ends: without any answer when neither <see cref="Reply"/> nor <see cref="Raw"/> is set.</summary>
    public bool Close { get; init; }

    public static ReceiverAct Answer(int code, string? enhancedCode, string text) => new() { Reply = new SmtpReply(code, enhancedCode, text) };

    public static ReceiverAct Drop { get; } = new() { Close = true };

    public static ReceiverAct Wait(TimeSpan delay) => new() { Delay = delay };

    internal bool ReplacesAnswer => Reply is not null || Raw is not null || Close;
}

/// <summary>
/// Faults that a receiver acts out: rules in the order they were added, the first that gives an act wins. Rules may be added while the
/// receiver runs; they are called from many connections at once.
/// </summary>
public sealed class ReceiverScript
{
    private readonly Lock _gate = new();
    private (ReceiverMoment Moment, Func<ReceiverEvent, ReceiverAct?> Rule)[] _rules = [];

    /// <summary>Adds a rule for one moment; null from <paramref name="rule"/> leaves the event to later rules.</summary>
    public ReceiverScript On(ReceiverMoment moment, Func<ReceiverEvent, ReceiverAct?> rule)
    {
        lock (_gate)
        {
            _rules = [.. _rules, (moment, rule)];
        }

        return this;
    }

    /// <summary>Acts always.</summary>
    public ReceiverScript On(ReceiverMoment moment, ReceiverAct act) => On(moment, _ => act);

    /// <summary>Acts once, at the first such moment.</summary>
    public ReceiverScript Once(ReceiverMoment moment, ReceiverAct act)
    {
        var left = 1;
        return On(moment, _ => Interlocked.Exchange(ref left, 0) == 1 ? act : null);
    }

    internal bool IsEmpty => _rules.Length == 0;

    internal ReceiverAct? Find(ReceiverEvent what)
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
