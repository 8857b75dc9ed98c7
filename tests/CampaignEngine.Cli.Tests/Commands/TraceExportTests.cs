using System.Net;
using System.Net.Sockets;
using System.Text;
using CampaignEngine.Testing;

namespace CampaignEngine.Cli.Tests.Commands;

/// <summary>A plan is watched by a collector that speaks OTLP over HTTP.</summary>
public sealed class TraceExportTests(CommandWorkspace shop) : IClassFixture<CommandWorkspace>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task APlanIsASpanWithItsCampaignAndNobodysAddress()
    {
        using var collector = new HttpListener();
        var port = FreePort();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        var taken = TakeAsync(collector);

        var result = await CampaignProcess.RunAsync(
            shop.Folder, ["plan", "spring-tea"], new Dictionary<string, string?> { ["CAMPAIGN_DATABASE"] = shop.ConnectionString, ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}" }, Cancel);

        Assert.True(result.ExitCode == 0, result.Errors);
        var (path, body) = await taken;
        Assert.Equal("/v1/traces", path);
        Assert.Contains("plan", body, StringComparison.Ordinal);
        Assert.Contains("spring-tea", body, StringComparison.Ordinal);
        Assert.DoesNotContain('@', body);
    }

    private static async Task<(string Path, string Body)> TakeAsync(HttpListener collector)
    {
        var context = await collector.GetContextAsync().WaitAsync(Cancel);
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body, Cancel);
        context.Response.Close();
        return (context.Request.Url!.AbsolutePath, Encoding.Latin1.GetString(body.ToArray()));
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
