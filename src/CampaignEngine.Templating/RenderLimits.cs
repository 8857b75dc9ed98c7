namespace CampaignEngine.Templating;

/// <summary>
/// What one rendering may use. The defaults are far above any real message and end a template that loops or prints for ever
/// in a fraction of a second, with an error that names the place.
/// </summary>
public sealed record RenderLimits
{
    public static readonly RenderLimits Default = new();

    /// <summary>Statements, calls and loop rounds together. Default 1,000,000.</summary>
    public long Steps { get; init; } = 1_000_000;

    /// <summary>Bytes of UTF-8 written. Default 4 MiB.</summary>
    public long OutputBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Depth of calls of functions and includes. Default 100.</summary>
    public int Recursion { get; init; } = 100;

    /// <summary>Rounds of all loops together. Default 100,000.</summary>
    public long LoopIterations { get; init; } = 100_000;

    /// <summary>Longest text value in UTF-16 units. Default 1,048,576.</summary>
    public int StringLength { get; init; } = 1024 * 1024;

    /// <summary>Most elements of a range or list. Default 100,000.</summary>
    public int RangeSize { get; init; } = 100_000;

    /// <summary>Time for one regular expression match. Default 250 ms.</summary>
    public TimeSpan RegexTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Time of the whole rendering by the environment's clock. Default 5 s.</summary>
    public TimeSpan WallTime { get; init; } = TimeSpan.FromSeconds(5);
}
