namespace CampaignEngine.Diagnosing;

/// <summary>What the server says about itself.</summary>
internal sealed record DatabaseFacts
{
    public string Fsync { get; init; } = "on";

    public string FullPageWrites { get; init; } = "on";

    public string SynchronousCommit { get; init; } = "on";

    public string ListenAddresses { get; init; } = "";

    public string Encoding { get; init; } = "UTF8";

    public string Collation { get; init; } = "C";

    public bool HasQueryRole { get; init; } = true;

    public bool IsStandby { get; init; }

    public DateTimeOffset Clock { get; init; }
}
