using CampaignEngine.Tracking;

namespace CampaignEngine.Web;

/// <summary>
/// A simulated recipient: does over HTTP what mail programs, people and scanners do with a message, so that rehearsals and the demo take the same path as
/// real answers. The client must not follow redirects (<see cref="CreateClient"/>).
/// </summary>
public sealed class TrackingVisitor(HttpClient client, TrackingAddresses addresses)
{
    /// <summary>A user agent of an ordinary browser, which nothing takes for a machine.</summary>
    public const string Browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

    public static HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });

    /// <summary>Follows a link; returns where it leads, or null when the server did not send the visitor on.</summary>
    public async Task<Uri?> ClickAsync(int mailingId, int ordinal, int linkNo, CancellationToken cancellationToken, string userAgent = Browser)
    {
        using var response = await SendAsync(HttpMethod.Get, addresses.Click(mailingId, ordinal, linkNo), userAgent, cancellationToken);
        return response.Headers.Location;
    }

    /// <summary>Fetches the pixel; true when it was served.</summary>
    public async Task<bool> OpenAsync(int mailingId, int ordinal, CancellationToken cancellationToken, string userAgent = Browser)
    {
        using var response = await SendAsync(HttpMethod.Get, addresses.Open(mailingId, ordinal), userAgent, cancellationToken);
        return response.IsSuccessStatusCode;
    }

    /// <summary>The one-click unsubscription of RFC 8058; true when it was carried out.</summary>
    public async Task<bool> UnsubscribeAsync(int mailingId, int ordinal, CancellationToken cancellationToken, string userAgent = Browser)
    {
        using var form = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        using var response = await SendAsync(HttpMethod.Post, addresses.Unsubscribe(mailingId, ordinal), userAgent, cancellationToken, form);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Fetches any address of a message as a scanner would, with GET or HEAD; returns the status.</summary>
    public async Task<int> FetchAsync(HttpMethod method, string address, CancellationToken cancellationToken, string userAgent = Browser)
    {
        using var response = await SendAsync(method, address, userAgent, cancellationToken);
        return (int)response.StatusCode;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string address, string userAgent, CancellationToken cancellationToken, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, address) { Content = body };
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }
}
