using System.Globalization;
using System.Text;
using CampaignEngine.Operating;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CampaignEngine.Web.Admin;

/// <summary>
/// The operators' address, apart from the public one: <c>/metrics</c> for Prometheus, <c>/livez</c> (the process answers) and <c>/readyz</c> (it can
/// work: database, migrations, installation). Nothing there names a person, and nothing can be changed.
/// </summary>
public sealed class AdminServer : IAsyncDisposable
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];
    private readonly WebApplication _application;
    private readonly MetricsCollector _metrics;

    private AdminServer(WebApplication application, MetricsCollector metrics) => (_application, _metrics) = (application, metrics);

    /// <summary>The address it listens on, with the real port.</summary>
    public Uri Address => new(_application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    /// <exception cref="FormatException">The listen address is not one.</exception>
    /// <exception cref="IOException">It cannot be listened on.</exception>
    public static async Task<AdminServer> StartAsync(string listen, Readiness readiness, CancellationToken cancellationToken)
    {
        if (new WebServerOptions { Listen = listen }.Fault() is { } fault)
        {
            throw new FormatException(fault);
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls(listen).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
        });
        builder.Services.AddRoutingCore();
        builder.Logging.SetMinimumLevel(LogLevel.None);
        var application = builder.Build();
        var metrics = new MetricsCollector();
        application.UseRouting();
        application.MapMethods("/metrics", Reading, context => AnswerAsync(context, StatusCodes.Status200OK, MetricsCollector.ContentType, metrics.Text()));
        application.MapMethods("/livez", Reading, static context => AnswerAsync(context, StatusCodes.Status200OK, PlainText, "ok\n"));
        application.MapMethods("/readyz", Reading, context => ReadyAsync(context, readiness));
        var server = new AdminServer(application, metrics);
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

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _metrics.Dispose();
    }

    private const string PlainText = "text/plain; charset=utf-8";

    // One line a finding, the answer's code for machines.
    private static async Task ReadyAsync(HttpContext context, Readiness readiness)
    {
        var findings = await readiness.CheckAsync(context.RequestAborted);
        var text = string.Concat(findings.Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.Name}: {f.Fault ?? "ok"}\n")));
        await AnswerAsync(context, findings.All(f => f.Fault is null) ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable, PlainText, text);
    }

    private static async Task AnswerAsync(HttpContext context, int status, string type, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.CacheControl = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }
}
