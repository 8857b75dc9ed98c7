namespace CampaignEngine.Diagnosing;

/// <summary>How much a finding of <c>campaign doctor</c> matters.</summary>
public enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Works, but is worth knowing or mending.</summary>
    Warning,

    /// <summary>Sending must not begin before this is mended.</summary>
    Fault,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Check">What was looked at, a short name.</param>
/// <param name="State">How much it matters.</param>
/// <param name="Found">What was found, with the values.</param>
/// <param name="Fix">What to do; null when all is well.</param>
public sealed record Finding(string Check, FindingState State, string Found, string? Fix = null)
{
    public static Finding Ok(string check, string found) => new(check, FindingState.Ok, found);

    public static Finding Warning(string check, string found, string fix) => new(check, FindingState.Warning, found, fix);

    public static Finding Fault(string check, string found, string fix) => new(check, FindingState.Fault, found, fix);
}
