namespace CampaignEngine.Web;

public sealed record WebServerOptions
{
    /// <summary>Where to listen: http://HOST:PORT, several separated by semicolons; port 0 takes a free one. TLS belongs to the proxy in front.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Bytes a request body may have. The only bodies expected are one-click forms of a few bytes.</summary>
    public long LargestBody { get; init; } = 16 * 1024;

    /// <summary>What is wrong with <see cref="Listen"/> and how to write it; null when nothing is.</summary>
    public string? Fault()
    {
        foreach (var address in Listen.Split(';'))
        {
            if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.AbsolutePath != "/" || uri.UserInfo.Length > 0)
            {
                return $"'{address}' is no address to listen on; write http://HOST:PORT, such as http://127.0.0.1:8080 (TLS belongs to the proxy in front)";
            }
        }

        return null;
    }
}
