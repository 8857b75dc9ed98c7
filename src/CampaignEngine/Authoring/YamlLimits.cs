namespace CampaignEngine.Authoring;

/// <summary>
/// Bounds on an authored file, checked before any object is built from it. The defaults are far above what people write
/// and far below what hurts the process.
/// </summary>
public sealed record YamlLimits
{
    public static YamlLimits Default { get; } = new();

    /// <summary>Bytes of the whole file.</summary>
    public int Bytes { get; init; } = 1024 * 1024;

    /// <summary>Characters of one line. The scanner looks ahead inside a line, so this also bounds its work.</summary>
    public int LineLength { get; init; } = 10_000;

    /// <summary>Lists and mappings inside each other.</summary>
    public int Depth { get; init; } = 32;

    /// <summary>Values, lists and mappings in all.</summary>
    public int Nodes { get; init; } = 25_000;
}
