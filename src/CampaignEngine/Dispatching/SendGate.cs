namespace CampaignEngine.Dispatching;

/// <summary>What is known about a mailing as of the last tick.</summary>
public enum MailingState
{
    Running,
    Paused,
    Cancelled,
    Expired,
}

/// <summary>The last question before the point of no return: may this message still leave? Asked with the terminator withheld.</summary>
public static class SendGate
{
    /// <returns>Null: yes. Otherwise how the attempt ends without the terminator.</returns>
    public static SendVerdict? Refuse(MailingState state, bool suppressed, bool deadlinePassed, bool draining, bool hoursEnded = false) => (state, suppressed, deadlinePassed || hoursEnded, draining) switch
    {
        (_, true, _, _) => Suppressed,
        (MailingState.Cancelled, _, _, _) => Cancelled,
        (MailingState.Expired, _, _, _) => Expired,
        (MailingState.Paused, _, _, _) => Paused,
        (_, _, true, _) => hoursEnded ? HoursEnded : TooLate,
        (_, _, _, true) => Draining,
        _ => null,
    };

    private static readonly SendVerdict Suppressed = new(SendOutcome.Skipped, 0, "suppressed after it was granted");
    private static readonly SendVerdict Cancelled = new(SendOutcome.Cancelled, 0, "cancelled before the terminator");
    private static readonly SendVerdict Expired = new(SendOutcome.Expired, 0, "expired before the terminator");
    private static readonly SendVerdict Paused = new(SendOutcome.NotAttempted, 0, "paused before the terminator");
    private static readonly SendVerdict TooLate = new(SendOutcome.NotAttempted, 0, "the grant's deadline passed before the terminator");
    private static readonly SendVerdict HoursEnded = new(SendOutcome.NotAttempted, 0, "the sending hours ended before the terminator");
    private static readonly SendVerdict Draining = new(SendOutcome.NotAttempted, 0, "the worker stopped before the terminator");
}
