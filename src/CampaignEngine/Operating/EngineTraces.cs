using System.Diagnostics;

namespace CampaignEngine.Operating;

/// <summary>
/// The engine's spans as System.Diagnostics has them. Without a listener none is made. Tags name campaigns, drops, channels and numbers, never people.
/// </summary>
public static class EngineTraces
{
    public const string Name = "CampaignEngine";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>Null when nobody listens.</summary>
    internal static Activity? Start(string name) => Source.StartActivity(name);
}
