using System.Net;

namespace CampaignEngine.Tracking;

/// <summary>What is kept of a request, so that it can be judged again under other rules.</summary>
/// <param name="Agent">The User-Agent header.</param>
/// <param name="Head">The method was HEAD.</param>
/// <param name="Prefetch">It says of itself that it fetches in advance.</param>
/// <param name="Network">The /24 or /48 it came from; null: not known. The whole address is not kept.</param>
public sealed record SeenRequest(string? Agent, bool Head = false, bool Prefetch = false, IPNetwork? Network = null)
{
    /// <param name="purpose">The Purpose or Sec-Purpose header; browsers say "prefetch" or "preview" there.</param>
    public static SeenRequest Of(string method, string? agent, string? purpose, IPNetwork? network) => new(
        agent,
        string.Equals(method, "HEAD", StringComparison.OrdinalIgnoreCase),
        purpose is not null && (purpose.Contains("prefetch", StringComparison.OrdinalIgnoreCase) || purpose.Contains("preview", StringComparison.OrdinalIgnoreCase)),
        network);
}
