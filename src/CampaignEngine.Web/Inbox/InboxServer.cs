using System.Net;
using CampaignEngine.Mail.Receiving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CampaignEngine.Web.Inbox;

/// <summary>
/// Shows what an inbox received, in a browser and to programs: <c>/</c> the list, <c>/m/N</c> a message, <c>/m/N/html</c> and <c>/m/N/raw</c> its parts,
/// <c>/api/messages</c> and <c>/api/messages/N</c> the same as JSON. It reads only, and there is no password: it belongs on the loopback.
/// </summary>
public sealed class InboxServer : IAsyncDisposable
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];
    private readonly WebApplication _application;

    private InboxServer(WebApplication application) => _application = application;

    /// <summary>The address it listens on, with the real port.</summary>
    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <param name="directory">Of the store; it may not be there yet.</param>
    /// <exception cref="IOException">Nobody can listen there.</exception>
    public static async Task<InboxServer> StartAsync(IPEndPoint listen, string directory, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://{listen}").ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
        });
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        var application = builder.Build();
        application.Use(KeepOutOtherSites);
        application.UseRouting();
        application.MapMethods("/", Reading, context => OnStoreAsync(context, directory, InboxPages.ListAsync));
        application.MapMethods("/m/{number:long}", Reading, context => OnMessageAsync(context, directory, InboxPages.ShowAsync));
        application.MapMethods("/m/{number:long}/html", Reading, context => OnMessageAsync(context, directory, InboxPages.HtmlAsync));
        application.MapMethods("/m/{number:long}/raw", Reading, context => OnMessageAsync(context, directory, InboxPages.RawAsync));
        application.MapMethods("/api/messages", Reading, context => OnStoreAsync(context, directory, InboxApi.ListAsync));
        application.MapMethods("/api/messages/{number:long}", Reading, context => OnMessageAsync(context, directory, InboxApi.ShowAsync));
        var server = new InboxServer(application);
        try
        {
            await application.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();

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

    private static async Task OnStoreAsync(HttpContext context, string directory, Func<HttpContext, MessageStore?, Task> answer)
    {
        using var store = MessageStore.Open(directory);
        await answer(context, store);
    }

    private static async Task OnMessageAsync(HttpContext context, string directory, Func<HttpContext, StoredMessage, byte[], Task> answer)
    {
        using var store = MessageStore.Open(directory);
        if (store?.Find(long.Parse((string)context.Request.RouteValues["number"]!, System.Globalization.CultureInfo.InvariantCulture)) is { } message)
        {
            await answer(context, message, store.ReadContent(message));
            return;
        }

        await InboxPages.NotFoundAsync(context);
    }
}
