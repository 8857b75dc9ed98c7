using System.Globalization;
using System.Text;
using CampaignEngine.Operating;
using Microsoft.AspNetCore.Http;

namespace CampaignEngine.Web.Admin;

/// <summary>
/// The operators' address, apart from the public one: <c>/metrics</c> for Prometheus, <c>/livez</c> (the process answers) and <c>/readyz</c> (it can
/// work: database, migrations, installation). Nothing there names a person, and nothing can be changed.
/// </summary>
public sealed class AdminServer : IAsyncDisposable
{
    private readonly ReadingServer _server;
    private readonly MetricsCollector _metrics;

    private AdminServer(ReadingServer server, MetricsCollector metrics) => (_server, _metrics) = (server, metrics);

    /// <summary>The address it listens on, with the real port.</summary>
    public Uri Address => _server.Address;

    /// <exception cref="FormatException">The listen address is not one.</exception>
    /// <exception cref="IOException">It cannot be listened on.</exception>
    public static async Task<AdminServer> StartAsync(string listen, Readiness readiness, CancellationToken cancellationToken)
    {
        if (new WebServerOptions { Listen = listen }.Fault() is { } fault)
        {
            throw new FormatException(fault);
        }

        var metrics = new MetricsCollector();
        try
        {
            return new AdminServer(
                await ReadingServer.StartAsync(
                    listen,
                    [
                        ("/metrics", context => AnswerAsync(context, StatusCodes.Status200OK, MetricsCollector.ContentType, metrics.Text())),
                        ("/livez", static context => AnswerAsync(context, StatusCodes.Status200OK, PlainText, "ok\n")),
                        ("/readyz", context => ReadyAsync(context, readiness)),
                    ],
                    before: null,
                    cancellationToken),
                metrics);
        }
        catch
        {
            metrics.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
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

    private static Task AnswerAsync(HttpContext context, int status, string type, string text)
    {
        context.Response.StatusCode = status;
        return ReadingServer.WriteAsync(context, type, Encoding.UTF8.GetBytes(text));
    }
}
