namespace CampaignEngine.Tracking.Bounces;

/// <summary>What a report says about one recipient, before anything is made of it.</summary>
public sealed record BounceEvidence
{
    /// <summary>The address as the report writes it; null when it names none.</summary>
    public string? Recipient { get; init; }

    /// <summary>failed, delayed, delivered, ... where a report has it; null otherwise.</summary>
    public string? Action { get; init; }

    /// <summary>Enhanced status, as 5.1.1; null when none is written.</summary>
    public string? Status { get; init; }

    /// <summary>SMTP reply code; null when none is written.</summary>
    public int? ReplyCode { get; init; }

    /// <summary>Which command was answered: connect, hello, mail, rcpt, data; null: unknown.</summary>
    public string? Command { get; init; }

    /// <summary>The server that refused; null where the report does not name it.</summary>
    public string? Server { get; init; }

    /// <summary>What the server said, as near as the report keeps it.</summary>
    public string Text { get; init; } = "";

    /// <summary>What the reporting program wrote around it; looked at when <see cref="Text"/> says nothing known.</summary>
    public string Around { get; init; } = "";

    /// <summary>A local program such as procmail refused, not a server: <c>x-unix</c> of a delivery report.</summary>
    public bool IsLocalProgram { get; init; }
}
