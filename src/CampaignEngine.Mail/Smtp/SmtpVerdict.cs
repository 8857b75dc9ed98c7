namespace CampaignEngine.Mail.Smtp;

/// <summary>What became of a message.</summary>
public enum SmtpVerdictKind
{
    /// <summary>Provably not sent: the connection was lost, cancelled or unusable before the terminator. A new attempt is safe.</summary>
    NotAttempted,
    /// <summary>The relay took responsibility (2xx to the terminator).</summary>
    Accepted,
    /// <summary>The relay said "not now" (4xx, also 421). A new attempt is safe.</summary>
    Deferred,
    /// <summary>The relay, or the message itself, said "never" (5xx).</summary>
    Rejected,
    /// <summary>The terminator may have been written and no readable reply came: nobody knows. Never to be retried by itself.</summary>
    InDoubt,
}

/// <summary>How far the message was when the verdict fell.</summary>
public enum SmtpStage
{
    /// <summary>Nothing of this message was written.</summary>
    Start,
    /// <summary>MAIL FROM.</summary>
    Mail,
    /// <summary>RCPT TO.</summary>
    Recipient,
    /// <summary>DATA.</summary>
    Data,
    /// <summary>The message without its terminator.</summary>
    Body,
    /// <summary>The terminator and the reply to it.</summary>
    Terminator,
}

/// <summary>The fate of one message, with the evidence.</summary>
/// <param name="Kind">For decisions.</param>
/// <param name="Stage">Where it fell.</param>
/// <param name="Code">The relay's three digits; 0 when the verdict is our own.</param>
/// <param name="EnhancedCode">RFC 3463, such as 5.1.1; null when none was given.</param>
/// <param name="Text">The relay's words without codes (several lines joined by a space), or ours. May quote the address.</param>
public readonly record struct SmtpVerdict(SmtpVerdictKind Kind, SmtpStage Stage, int Code, string? EnhancedCode, string Text)
{
    internal static SmtpVerdict NotAttempted(SmtpStage stage, string text) => new(SmtpVerdictKind.NotAttempted, stage, 0, null, text);

    /// <summary>The leave to end the message was taken back in time.</summary>
    internal static SmtpVerdict Withheld { get; } = NotAttempted(SmtpStage.Body, "withheld before the terminator");

    internal static SmtpVerdict InDoubt(string text) => new(SmtpVerdictKind.InDoubt, SmtpStage.Terminator, 0, null, text);

    /// <summary>A verdict of our own before anything was written: no relay was asked, and none would help.</summary>
    internal static SmtpVerdict Refused(string text) => new(SmtpVerdictKind.Rejected, SmtpStage.Start, 0, null, text);

    /// <summary>The relay's own words.</summary>
    internal static SmtpVerdict Of(SmtpVerdictKind kind, SmtpStage stage, SmtpReply reply) => new(kind, stage, reply.Code, reply.EnhancedCode, reply.Text);

    /// <summary>What a final reply with this code means; null when it is none.</summary>
    internal static SmtpVerdictKind? KindOf(int code) => code switch
    {
        >= 200 and < 300 => SmtpVerdictKind.Accepted,
        >= 400 and < 500 => SmtpVerdictKind.Deferred,
        >= 500 and < 600 => SmtpVerdictKind.Rejected,
        _ => null,
    };

    internal static string Words(WireState state) => state switch
    {
        WireState.Closed => "the connection was lost",
        WireState.TimedOut => "no answer in time",
        WireState.Cancelled => "cancelled",
        WireState.Malformed => "the answer is not SMTP",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, null),
    };
}

/// <summary>The result of preparing a message: held with the terminator withheld, or refused.</summary>
public readonly record struct SmtpStep
{
    /// <summary>The relay waits for the message and its terminator; commit or abandon.</summary>
    public static SmtpStep Held { get; } = new() { IsHeld = true };

    public bool IsHeld { get; private init; }

    /// <summary>The verdict when not held.</summary>
    public SmtpVerdict Refusal { get; private init; }

    internal static SmtpStep Refused(SmtpVerdict verdict) => new() { Refusal = verdict };
}
