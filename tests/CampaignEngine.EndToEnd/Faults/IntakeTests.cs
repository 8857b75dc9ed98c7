using System.Net;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using CampaignEngine.Customers;
using CampaignEngine.EndToEnd.Database;
using CampaignEngine.EndToEnd.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Web;

namespace CampaignEngine.EndToEnd.Faults;

/// <summary>Clicks that arrive while PostgreSQL is stopped, at a server that is then killed: every one that was answered is in the database in the end.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class IntakeTests : IDisposable
{
    private const int People = 40;
    private readonly TempDirectory _folder = new("in");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task WhatWasAcknowledgedSurvivesAStoppedDatabaseAndAKilledServer()
    {
        await using var sink = new Sink(new ReceiverScript());
        await using var shop = await Shop.OpenAsync(_folder["s"], sink.Port);
        await shop.FillAsync(People);
        Assert.Equal(0, (await shop.RunAsync("launch", Shop.Campaign, "--plan", await shop.PlanAsync())).ExitCode);
        var sent = await shop.RunAsync("worker", "--until-idle");
        Assert.True(sent.ExitCode == 0, sent.Errors);
        var mailing = await shop.ScalarAsync<int>("SELECT mailing_id FROM engine.mailing");
        var tokens = ItemTokens.Of(InstallationKeys.Load(shop.Folder), [1]);

        using var client = TrackingVisitor.CreateClient();
        using (var serve = shop.Start("serve", "--listen", "http://127.0.0.1:0"))
        {
            var addresses = new TrackingAddresses(await AddressAsync(serve), tokens);
            var visitor = new TrackingVisitor(client, addresses);
            // Nobody has clicked yet: the server learns the links by itself.
            Assert.True(await Eventually.IsTrueAsync(async () => await visitor.ClickAsync(mailing, 1, 1, Cancel) is not null, Cancel));
            await StopDatabaseAsync(shop);
            for (var n = 2; n <= People; n++)
            {
                Assert.Equal("https://shop.example/", (await visitor.ClickAsync(mailing, n, 1, Cancel))?.OriginalString);
                Assert.True(await visitor.OpenAsync(mailing, n, Cancel));
            }

            // What needs the database asks to come again, and is not acknowledged.
            using var form = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
            using var wish = await client.PostAsync(addresses.Unsubscribe(mailing, 1), form, Cancel);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, wish.StatusCode);
            Assert.NotNull(wish.Headers.RetryAfter);
            await serve.KillAsync(Cancel);
        }

        Assert.Equal(0, (await shop.RunAsync("db", "start")).ExitCode);
        Assert.InRange(await shop.ScalarAsync<long>("SELECT count(*) FROM engine.event"), 0, 1);
        using (var again = shop.Start("serve", "--listen", "http://127.0.0.1:0"))
        {
            await AddressAsync(again);
            Assert.True(await Eventually.IsTrueAsync(async () => await shop.ScalarAsync<long>("SELECT count(DISTINCT (kind, ordinal)) FROM engine.event") == (2 * People) - 1, Cancel));
            Assert.Equal(People, await shop.ScalarAsync<long>("SELECT count(DISTINCT ordinal) FROM engine.event WHERE kind = 'click'"));
            Assert.Equal(People - 1, await shop.ScalarAsync<long>("SELECT count(*) FROM engine.event WHERE kind = 'open'"));
            Assert.Equal(0, await shop.ScalarAsync<long>("SELECT count(*) FROM engine.suppression"));
            await again.KillAsync(Cancel);
        }
    }

    private static async Task<Uri> AddressAsync(CampaignProcess serve) =>
        new(Regex.Match(await serve.ReadErrorsUntilAsync("listening on", Cancel), "listening on ([^;]+);").Groups[1].Value);

    // As an operator stops it: it is not started again by the server's own watch.
    private static async Task StopDatabaseAsync(Shop shop)
    {
        var process = shop.ServerProcess();
        Assert.Equal(0, (await shop.RunAsync("db", "stop")).ExitCode);
        Assert.True(await Processes.EndsAsync(process));
    }
}
