using System.Globalization;
using System.Net;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Rehearsing.Returns;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Inbox;

/// <summary>
/// Shows what an inbox received, in a browser and to programs: <c>/</c> the list, <c>/m/N</c> a message, <c>/m/N/html</c> and <c>/m/N/raw</c> its parts,
/// <c>/api/messages</c> and <c>/api/messages/N</c> the same as JSON. It reads only, and there is no password: it belongs on the loopback.
/// </summary>
public sealed class InboxServer : IAsyncDisposable
{
    private readonly ReadingServer _server;

    private InboxServer(ReadingServer server) => _server = server;

    /// <summary>The address it listens on, with the real port.</summary>
    public Uri Address => _server.Address;

    /// <param name="directory">Of the store; it may not be there yet.</param>
    /// <exception cref="IOException">Nobody can listen there.</exception>
    public static async Task<InboxServer> StartAsync(IPEndPoint listen, string directory, CancellationToken cancellationToken) => new(await ReadingServer.StartAsync(
        $"http://{listen}",
        [
            ("/", context => OnListAsync(context, directory, InboxPages.ListAsync)),
            ("/m/{number:long}", context => OnMessageAsync(context, directory, InboxPages.ShowAsync)),
            ("/m/{number:long}/html", context => OnMessageAsync(context, directory, InboxPages.HtmlAsync)),
            ("/m/{number:long}/raw", context => OnMessageAsync(context, directory, InboxPages.RawAsync)),
            ("/api/messages", context => OnListAsync(context, directory, InboxApi.ListAsync)),
            ("/api/messages/{number:long}", context => OnMessageAsync(context, directory, InboxApi.ShowAsync)),
        ],
        KeepOutOtherSites,
        cancellationToken));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // A page anywhere could have its name point here (DNS rebinding) and read the mail: only names of this machine and plain addresses are answered.
    private static Task KeepOutOtherSites(HttpContext context, RequestDelegate next)
    {
        var host = context.Request.Host.Host.Trim('[', ']');
        if (host is "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal) || IPAddress.TryParse(host, out _))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return Task.CompletedTask;
    }

    private static async Task OnListAsync(HttpContext context, string directory, Func<HttpContext, InboxList, Task> answer)
    {
        using var store = MessageStore.Open(directory);
        using var sent = SentBackReader.Open(directory);
        var query = InboxQuery.Of(context.Request);
        var found = query.Find(store);
        await answer(context, new InboxList(query, store?.Count ?? 0, [.. found.Take(query.Limit).Select(m => new InboxEntry(m, sent?.Find(m.Number) ?? []))], found.Count > query.Limit));
    }

    private static async Task OnMessageAsync(HttpContext context, string directory, Func<HttpContext, InboxEntry, byte[], Task> answer)
    {
        using var store = MessageStore.Open(directory);
        if (store?.Find(long.Parse((string)context.Request.RouteValues["number"]!, CultureInfo.InvariantCulture)) is { } message)
        {
            using var sent = SentBackReader.Open(directory);
            await answer(context, new InboxEntry(message, sent?.Find(message.Number) ?? []), store.ReadContent(message));
            return;
        }

        await InboxPages.NotFoundAsync(context);
    }
}
