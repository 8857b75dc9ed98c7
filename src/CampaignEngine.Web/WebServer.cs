using CampaignEngine.Web.Endpoints;
using CampaignEngine.Web.Pages;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CampaignEngine.Web;

/// <summary>The web process: Kestrel with the recipients' addresses, plus whatever background work is hosted beside it.</summary>
public sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private WebServer(WebApplication application) => _application = application;

    /// <summary>The address it listens on, with the real port; set after <see cref="StartAsync"/>.</summary>
    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <param name="host">The one place to add hosted services (scheduler, dispatcher, sweeps) that live and stop with the server.</param>
    /// <param name="map">Further pages and endpoints; null for none.</param>
    /// <param name="log">Takes the server's own warnings; null: stderr as plain lines.</param>
    /// <exception cref="FormatException">The listen address is not one; see <see cref="WebServerOptions.Fault"/>.</exception>
    public static WebServer Create(WebServerOptions options, TrackingSite site, Action<IServiceCollection>? host = null, Action<IEndpointRouteBuilder>? map = null, ILoggerProvider? log = null)
    {
        if (options.Fault() is { } fault)
        {
            throw new FormatException(fault);
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(options.Listen).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.LargestBody;
            kestrel.Limits.MaxRequestLineSize = 4 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        builder.Services.AddRoutingCore();
        // A failed start reaches the caller as an exception; the host's own report of it would only repeat that.
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        _ = log is null ? builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace) : builder.Logging.AddProvider(log);
        host?.Invoke(builder.Services);

        var application = builder.Build();
        application.Use(static (context, next) =>
        {
            Page.Harden(context.Response);
            return next(context);
        });
        application.UseRouting();
        application.MapTracking(site);
        map?.Invoke(application);
        return new WebServer(application);
    }

    public Task StartAsync(CancellationToken cancellationToken) => _application.StartAsync(cancellationToken);

    public Task WaitForShutdownAsync(CancellationToken cancellationToken) => ((IHost)_application).WaitForShutdownAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _application.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _application.DisposeAsync();
}
