using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CampaignEngine.Web;

/// <summary>A small server that only answers GET and HEAD, takes no bodies and logs nothing: the frame of the addresses that are not public.</summary>
internal sealed class ReadingServer : IAsyncDisposable
{
    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];
    private readonly WebApplication _application;

    private ReadingServer(WebApplication application) => _application = application;

    /// <summary>The address it listens on, with the real port.</summary>
    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <param name="before">Stands in front of all routes; null: nothing does.</param>
    /// <exception cref="IOException">Nobody can listen there.</exception>
    public static async Task<ReadingServer> StartAsync(
        string listen, IEnumerable<(string Route, RequestDelegate Answer)> routes, Func<HttpContext, RequestDelegate, Task>? before, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(listen).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
        });
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        var server = new ReadingServer(builder.Build());
        if (before is not null)
        {
            server._application.Use(before);
        }

        server._application.UseRouting();
        foreach (var (route, answer) in routes)
        {
            server._application.MapMethods(route, Methods, answer);
        }

        try
        {
            await server._application.StartAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    /// <summary>Writes the answer, without its body to HEAD.</summary>
    public static async Task WriteAsync(HttpContext context, string type, ReadOnlyMemory<byte> bytes)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
