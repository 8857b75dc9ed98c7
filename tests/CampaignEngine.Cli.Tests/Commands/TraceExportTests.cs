using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using CampaignEngine.Testing;

namespace CampaignEngine.Cli.Tests.Commands;

/// <summary>A plan is watched by a collector that speaks OTLP over HTTP.</summary>
public sealed partial class TraceExportTests(CommandWorkspace shop) : IClassFixture<CommandWorkspace>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task APlanIsASpanWithItsCampaignAndNobodysAddress()
    {
        var (collector, port) = Listen();
        using var closing = collector;
        var taken = TakeAsync(collector);

        var result = await CampaignProcess.RunAsync(
            shop.Folder, ["plan", "spring-tea"], new Dictionary<string, string?> { ["CAMPAIGN_DATABASE"] = shop.ConnectionString, ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}" }, Cancel);

        Assert.True(result.ExitCode == 0, result.Errors);
        var (path, body) = await taken;
        Assert.Equal("/v1/traces", path);
        Assert.Contains("plan", body, StringComparison.Ordinal);
        Assert.Contains("spring-tea", body, StringComparison.Ordinal);
        Assert.DoesNotMatch(Address(), body);
    }

    // Not a single @: the ids of traces and spans are sixteen and eight random bytes.
    [GeneratedRegex(@"\w@\w+\.\w")]
    private static partial Regex Address();

    private static async Task<(string Path, string Body)> TakeAsync(HttpListener collector)
    {
        var context = await collector.GetContextAsync().WaitAsync(Cancel);
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body, Cancel);
        context.Response.Close();
        return (context.Request.Url!.AbsolutePath, Encoding.Latin1.GetString(body.ToArray()));
    }

    // It cannot be told to take any port; one that was free a moment ago may have been taken since.
    private static (HttpListener Listener, int Port) Listen()
    {
        for (var attempt = 1; ; attempt++)
        {
            using var socket = new TcpListener(IPAddress.Loopback, 0);
            socket.Start();
            var port = ((IPEndPoint)socket.LocalEndpoint).Port;
            socket.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                listener.Close();
            }
        }
    }
}
