namespace CampaignEngine.Web;

public sealed record WebServerOptions
{
    /// <summary>Where to listen: http://HOST:PORT, several separated by semicolons; port 0 takes a free one. TLS belongs to the proxy in front.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Bytes a request body may have. The only bodies expected are one-click forms of a few bytes.</summary>
    public long LargestBody { get; init; } = 16 * 1024;
}
