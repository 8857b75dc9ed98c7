using System.Net;
using System.Net.Sockets;
using System.Text;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests.Tracking.Bounces;

public sealed class BounceListenerTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("LHLO")]
    [InlineData("EHLO")]
    public async Task AReportIsStoredBeforeItsSenderIsToldSo(string hello)
    {
        var engine = Engine();
        var (mailing, to) = await SendAsync(engine, "listener-" + hello);
        await using var listener = new BounceListener(engine, _ => { }).Start()!;
        using var client = new TcpClient();
        await client.ConnectAsync(listener.EndPoint, Cancellation);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        Assert.StartsWith("220 ", await reader.ReadLineAsync(Cancellation));
        await SayAsync(stream, $"{hello} mx.shop.test\r\n");
        while ((await reader.ReadLineAsync(Cancellation))!.StartsWith("250-", StringComparison.Ordinal))
        {
        }

        await SayAsync(stream, $"MAIL FROM:<>\r\nRCPT TO:<nobody@bounces.shop.test>\r\nRCPT TO:<{to}>\r\nRCPT TO:<fbl@shop.test>\r\nDATA\r\n");
        Assert.Equal(["250 2.1.0 ok", "550 5.1.1 no such address here", "250 2.1.5 ok", "250 2.1.5 ok"], await LinesAsync(reader, 4));
        Assert.StartsWith("354 ", await reader.ReadLineAsync(Cancellation));
        // The report itself names another address: the envelope is what counts.
        await SayAsync(stream, Encoding.UTF8.GetString(Reports.Dsn("somebody@else.test")) + ".\r\n");
        string[] stored = hello == "LHLO" ? ["250 2.0.0 stored", "250 2.0.0 stored"] : ["250 2.0.0 stored"];
        Assert.Equal(stored, await LinesAsync(reader, stored.Length));

        Assert.Equal("userunknown return_path", await database.ScalarAsync<string>($"SELECT class || ' ' || proof FROM engine.bounce WHERE mailing_id = {mailing.MailingId}"));
        await SayAsync(stream, "QUIT\r\n");
        Assert.StartsWith("221 ", await reader.ReadLineAsync(Cancellation));
    }

    [Fact]
    public void NothingListensUnlessEngineYamlSaysWhere()
    {
        var engine = new CampaignEngineServices(database.WorkspaceDirectory, EngineSettings.Default, Models.Crm, database.Database, TimeProvider.System);
        Assert.Null(new BounceListener(engine, _ => { }).Start());
    }

    private CampaignEngineServices Engine() => new(
        database.WorkspaceDirectory,
        new EngineSettings { Bounces = new BounceSettings { ReturnPathDomain = "bounces.shop.test", Listen = new IPEndPoint(IPAddress.Loopback, 0), Also = ["fbl@shop.test"] } },
        Models.Crm, database.Database, TimeProvider.System);

    private async Task<(ArrangedMailing Mailing, string To)> SendAsync(CampaignEngineServices engine, string campaign)
    {
        var mailing = await ArrangedMailing.FreezeAsync(database.Source, [new ArrangedPerson("anna", $"anna@{campaign}.test")], campaign, cancellationToken: Cancellation);
        return (mailing, new ReturnPaths(engine.Tokens, "bounces.shop.test").Of(mailing.MailingId, mailing.OrdinalOf("anna")));
    }

    private static async Task SayAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), Cancellation);

    private static async Task<List<string>> LinesAsync(StreamReader reader, int count)
    {
        var lines = new List<string>();
        while (lines.Count < count)
        {
            lines.Add((await reader.ReadLineAsync(Cancellation))!);
        }

        return lines;
    }
}
