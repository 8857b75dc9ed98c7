using System.Globalization;
using System.Net;
using System.Text.Json;
using CampaignEngine.Testing;

namespace CampaignEngine.Cli.Tests.Commands;

/// <summary>The real program on a real database.</summary>
public sealed class CommandTests(CommandWorkspace shop) : IClassFixture<CommandWorkspace>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task QueryCountsSamplesAndGroups()
    {
        var root = await JsonAsync("query", "country = \"TW\"", "--by", "first_name");
        Assert.Equal((2, 2), (root.GetProperty("count").GetInt32(), root.GetProperty("distinct").GetInt32()));
        Assert.Equal("C1", root.GetProperty("sample")[0].GetProperty("customer_no").GetString());

        var orders = await JsonAsync("query", "amount >= 20", "--from", "orders", "--sample", "0", "--sql");
        Assert.Equal((2, 0), (orders.GetProperty("count").GetInt32(), orders.GetProperty("sample").GetArrayLength()));
        Assert.DoesNotContain("20", orders.GetProperty("sql").GetString(), StringComparison.Ordinal);

        // A name that a spreadsheet would run is text in a CSV file.
        Assert.Contains("'=1+1,1\n", (await shop.RunAsync("query", "true", "--by", "first_name", "--output", "csv")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("contry = \"TW\"", "condition(1,1): error CE4101: unknown field 'contry' of customers; did you mean 'country'?\n")]
    [InlineData("country = 'x'); DROP TABLE crm.customers; --", null)]
    public async Task AQueryThatIsNoConditionEndsWithTwo(string condition, string? message)
    {
        var result = await shop.RunAsync("query", condition);

        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.True(message is null || message == result.Errors, result.Errors);
        Assert.Equal(3, await shop.ScalarAsync<long>("SELECT count(*) FROM crm.customers"));
    }

    [Fact]
    public async Task ReportCountsAsOfADay()
    {
        var report = await JsonAsync("report", "spring-tea", "--as-of", "2026-03-31");
        var row = Assert.Single(report.GetProperty("rows").EnumerateArray());
        Assert.Equal((3, 2), (row.GetProperty("people").GetInt32(), row.GetProperty("contacted").GetInt32()));
        Assert.True(row.GetProperty("response_rate_low").GetDouble() <= row.GetProperty("response_rate").GetDouble());

        var before = await JsonAsync("report", "spring-tea", "--as-of", "2026-03-01");
        Assert.Equal(0, before.GetProperty("total").GetProperty("contacted").GetInt32());

        var credits = await JsonAsync("report", "spring-tea", "--as-of", "2026-03-31", "--attribution");
        Assert.Equal((1, 1m, 20m), (credits.GetProperty("orders").GetInt64(), credits.GetProperty("total").GetProperty("time_decay").GetDecimal(), credits.GetProperty("total").GetProperty("position_revenue").GetDecimal()));
        Assert.Equal(2, (await JsonAsync("report", "spring-tea", "--as-of", "2026-03-31", "--forecast")).GetProperty("contacted").GetInt64());
        var csv = (await shop.RunAsync("report", "spring-tea", "--output", "csv")).Output;
        Assert.StartsWith("cell,drop,control,people,contacted,", csv, StringComparison.Ordinal);
        var unknown = await shop.RunAsync("report", "spring-te");
        Assert.Equal((1, ""), (unknown.ExitCode, unknown.Output));
        Assert.Contains("has no mailing yet", unknown.Errors, StringComparison.Ordinal);
        Assert.Equal(2, (await shop.RunAsync("report", "spring-tea", "--as-of", "soon")).ExitCode);
    }

    [Fact]
    public async Task SuppressKeepsAHashOnceAndFindsItAgainByTheAddressOnly()
    {
        var first = await JsonAsync("suppress", " Anna@Shop.Test ", "--because", "asked on the phone");
        var second = await JsonAsync("suppress", "anna@shop.test", "--because", "asked again");
        Assert.Equal(("suppressed", "was suppressed already"), (first.GetProperty("outcome").GetString(), second.GetProperty("outcome").GetString()));

        var entry = Assert.Single((await JsonAsync("suppress", "list", "--address", "anna@shop.test")).EnumerateArray());
        Assert.Equal("asked on the phone", entry.GetProperty("source").GetString());
        Assert.Empty((await JsonAsync("suppress", "list", "--address", "other@shop.test")).EnumerateArray());
        Assert.DoesNotContain("anna", (await shop.RunAsync("suppress", "list")).Output, StringComparison.OrdinalIgnoreCase);

        var broken = await shop.RunAsync("suppress", "not an address", "--because", "x");
        Assert.Equal((2, "'not an address' is no usable address for email, so nothing can ever be sent there\n"), (broken.ExitCode, broken.Errors));
        Assert.Equal(2, (await shop.RunAsync("suppress", "a@b.test", "--because", "x", "--scope", "world")).ExitCode);
    }

    [Fact]
    public async Task ServeAnswersAndEndsWhenToldTo()
    {
        using var server = shop.Start("serve", "--listen", "http://127.0.0.1:0");
        var line = await server.ReadErrorsUntilAsync("listening on", Cancel);
        var address = line["listening on ".Length..line.IndexOf(';', StringComparison.Ordinal)];

        using var client = new HttpClient { BaseAddress = new Uri(address) };
        using var foreign = await client.GetAsync(new Uri("/u/no-such-token", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);

        await Signal.SendAsync(server.Id, "INT", Cancel);
        var result = await server.FinishAsync(Cancel);
        Assert.True(result.ExitCode == 0, result.Errors);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InboxStoresListsShowsAndCounts()
    {
        using var inbox = shop.Start("inbox", "--listen", "127.0.0.1:0");
        var line = await inbox.ReadErrorsUntilAsync("receiving on", Cancel);
        var port = int.Parse(line.Split(',')[0].Split(':')[^1], CultureInfo.InvariantCulture);
        using (var client = new System.Net.Sockets.TcpClient("127.0.0.1", port))
        {
            await using var stream = client.GetStream();
            await stream.WriteAsync("EHLO x\r\nMAIL FROM:<a@x.test>\r\nRCPT TO:<bo@y.test>\r\nDATA\r\n"u8.ToArray(), Cancel);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(Cancel) is { } reply && !reply.StartsWith("354", StringComparison.Ordinal))
            {
            }

            await stream.WriteAsync("Subject: Hello\r\nMessage-ID: <1@x.test>\r\n\r\nGood morning\r\n.\r\nQUIT\r\n"u8.ToArray(), Cancel);
            Assert.StartsWith("250", await reader.ReadLineAsync(Cancel), StringComparison.Ordinal);
        }

        var listed = Assert.Single((await JsonAsync("inbox", "list", "--to", "bo@y.test")).EnumerateArray());
        Assert.Equal("Hello", listed.GetProperty("subject").GetString());
        Assert.Equal((1, 0), (Count("count"), Count("repeated_message_ids")));
        var shown = await shop.RunAsync("inbox", "show", listed.GetProperty("number").ToString());
        Assert.Contains("Good morning", shown.Output, StringComparison.Ordinal);

        await Signal.SendAsync(inbox.Id, "INT", Cancel);
        Assert.Equal(0, (await inbox.FinishAsync(Cancel)).ExitCode);

        int Count(string name) => JsonAsync("inbox", "count").GetAwaiter().GetResult().GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task TablesAndHelpFitATerminalOfHundredColumns()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs the program 'script' for a terminal");

        foreach (var command in (string[])["status", "verify", "report spring-tea", "query true", "--help", "doubts --help", "launch --help"])
        {
            var lines = await shop.OnTerminalAsync(command);
            Assert.True(lines.Length > 3, $"{command}: {string.Join('\n', lines)}");
            // An arranged mailing has no claims; what verify says of that is a sentence and no table.
            Assert.All(lines.Where(line => !line.StartsWith("spring-tea/announce, mailing", StringComparison.Ordinal)), line => Assert.True(line.Length <= 100 && !line.Contains('…', StringComparison.Ordinal), $"{command}: {line}"));
        }

        // 09:00 UTC in the workspace's zone.
        Assert.Contains(await shop.OnTerminalAsync("status"), line => line.Contains("2026-03-10 17:00 +08", StringComparison.Ordinal));
    }

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var result = await shop.RunAsync([.. arguments, "--output", "json"]);
        Assert.True(result.ExitCode == 0, result.Errors);
        return JsonDocument.Parse(result.Output).RootElement;
    }
}
