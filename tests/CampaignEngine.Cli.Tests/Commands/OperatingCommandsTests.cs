using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using CampaignEngine.Cli.Output;
using CampaignEngine.Testing;

namespace CampaignEngine.Cli.Tests.Commands;

public sealed class OperatingCommandsTests(CommandWorkspace shop) : IClassFixture<CommandWorkspace>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ServeShowsMetricsAndHealthApartFromThePublicAddressAndLogsJson()
    {
        using var server = shop.Start("serve", "--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0", "--log", "json");
        var admin = Message(await server.ReadErrorsUntilAsync("metrics and health on", Cancel))["metrics and health on ".Length..];
        var open = Message(await server.ReadErrorsUntilAsync("listening on", Cancel));
        using var operators = new HttpClient { BaseAddress = new Uri(admin) };
        using var visitors = new HttpClient { BaseAddress = new Uri(open["listening on ".Length..open.IndexOf(';', StringComparison.Ordinal)]) };

        using (var metrics = await operators.GetAsync("/metrics", Cancel))
        {
            Assert.Equal("text/plain; version=0.0.4; charset=utf-8", metrics.Content.Headers.ContentType!.ToString());
            Assert.Contains("# TYPE dotnet_process_memory_working_set_bytes gauge\n", await metrics.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        Assert.Equal("ok\n", await operators.GetStringAsync("/livez", Cancel));
        Assert.Equal("database: ok\nmigrations: ok\ninstallation: ok\n", await operators.GetStringAsync("/readyz", Cancel));
        using (var post = await operators.PostAsync("/metrics", null, Cancel))
        {
            Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        }

        foreach (var path in (string[])["/metrics", "/livez", "/readyz"])
        {
            using var answer = await visitors.GetAsync(path, Cancel);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        await Signal.SendAsync(server.Id, "TERM", Cancel);
        var result = await server.FinishAsync(Cancel);
        Assert.Equal(0, result.ExitCode);
        Assert.All(result.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Message(line));
    }

    [Fact]
    public async Task WatchingEndsWithTheLastMailingOrWithCtrlC()
    {
        var csv = await shop.RunAsync("status", "--watch", "--output", "csv");
        Assert.Equal((2, "--watch writes no csv; choose --output json for a JSON object a line\n"), (csv.ExitCode, csv.Errors));

        using (var watching = shop.Start("status", "spring-tea", "--watch", "--output", "json"))
        {
            using var first = JsonDocument.Parse(await watching.ReadUntilAsync("{", Cancel));
            Assert.Equal(("announce", 2, 1), (Text(first, "drop"), Number(first, "accepted"), Number(first, "rejected")));
            await Signal.SendAsync(watching.Id, "INT", Cancel);
            Assert.Equal(0, (await watching.FinishAsync(Cancel)).ExitCode);
        }

        await shop.ExecuteAsync("UPDATE engine.mailing SET state = 'paused'");
        using (var watching = shop.Start("status", "--watch"))
        {
            Assert.EndsWith("pending, 0 in doubt, 0/s; paused; 'campaign resume' goes on", await watching.ReadUntilAsync("spring-tea/announce", Cancel), StringComparison.Ordinal);
            await Signal.SendAsync(watching.Id, "INT", Cancel);
            Assert.Equal(0, (await watching.FinishAsync(Cancel)).ExitCode);
        }

        await shop.ExecuteAsync("UPDATE engine.mailing SET state = 'cancelled'");
        Assert.Contains("spring-tea/announce", string.Concat(await shop.OnTerminalAsync("status spring-tea --watch")), StringComparison.Ordinal);
        Assert.Equal((0, ""), ((await shop.RunAsync("status", "--watch")) is var none ? none.ExitCode : -1, none.Output));
        await shop.ExecuteAsync("UPDATE engine.mailing SET state = 'running'");
    }

    [Fact]
    public void LogLinesAreJsonWithoutPeople()
    {
        using var written = new StringWriter();
        using var log = new JsonLog(written, TimeProvider.System);

        log.WriteLine("the relay said: 550 <anna.o'hara@shop.test>: no; call +886 912 345 678");
        log.Write("warning", "worker", "one\ntwo", new Dictionary<string, object?> { ["accepted"] = 5L, ["fault"] = "to bo@shop.test" });

        var lines = written.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.DoesNotContain("shop.test", written.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("call [number]", Message(lines[0]), StringComparison.Ordinal);
        using var entry = JsonDocument.Parse(lines[1]);
        Assert.Equal(("warning", "worker", "one\ntwo", 5, "to [address]"), (Text(entry, "level"), Text(entry, "source"), Text(entry, "message"), Number(entry, "accepted"), Text(entry, "fault")));
        Assert.Equal(24, Text(entry, "time").Length);
    }

    private static string Message(string line)
    {
        using var entry = JsonDocument.Parse(line);
        return Text(entry, "message");
    }

    private static string Text(JsonDocument entry, string name) => entry.RootElement.GetProperty(name).GetString()!;

    private static int Number(JsonDocument entry, string name) => entry.RootElement.GetProperty(name).GetInt32();
}
