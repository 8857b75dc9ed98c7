using System.Net;
using System.Net.Sockets;
using CampaignEngine.Customers;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Resolving;
using CampaignEngine.Mail.Smtp;
using CampaignEngine.Planning;
using CampaignEngine.Rehearsing;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Planning;

namespace CampaignEngine.Tests.Rehearsing;

public sealed class RehearsalTests(PlanningFixture fixture) : IClassFixture<PlanningFixture>, IDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string Example =
        "latency=50ms, a reply code such as 451=5% or 550@old.example=100%, greylist=10%, throttle@gmail.com=20/s, close-before=1%, close-after=1%, malformed=1%, bounce=1%, full=1% or complaint=0.1%";

    private const string OldestStays = "  survivor: [customer_id]";

    /// <summary>Stands where the real relay would.</summary>
    private readonly TcpListener _relay = new(IPAddress.Loopback, 0);

    public void Dispose() => _relay.Dispose();

    [Fact]
    public async Task EverybodyOfThePlanGetsAMessageAndNothingIsRecorded()
    {
        var campaign = PlanningFixture.Campaign("rehearsed", OldestStays);
        var plan = await fixture.PlanAsync(campaign, PlanningFixture.Messages(campaign, "Hello {{ customer.first_name }} "));
        var before = await RecordedAsync();

        var result = await RunAsync("rehearsed", "");

        var drop = Assert.Single(result!.Drops);
        Assert.Equal((plan.Hash, plan.Contact, plan.Contact), (result.Plan, drop.People, drop.Accepted));
        Assert.Equal((0L, 0L, 0L, 0L, 0L), (drop.Deferred, drop.Rejected, drop.InDoubt, drop.Lost, drop.Unrendered));
        Assert.Equal(plan.Cost, drop.Cost);
        Assert.True(drop.Bytes > 200 * plan.Contact);
        Assert.Equal(before, await RecordedAsync());
        Assert.False(_relay.Pending(), "something knocked at the real relay");
        Assert.Equal(LaunchEnding.Launched, (await fixture.LaunchAsync(plan)).Ending);
    }

    [Fact]
    public async Task FaultsOfTheOtherSideAreCountedByWhatTheLedgerWouldSay()
    {
        var campaign = PlanningFixture.Campaign("rehearsed-badly", OldestStays);
        var plan = await fixture.PlanAsync(campaign, PlanningFixture.Messages(campaign, "{{ customer.first_name == 'Mo' ? (customer.first_name | date.parse) : 'x' }}"));

        var deferred = (await RunAsync("rehearsed-badly", "451=100%"))!.Drops[0];
        var doubtful = (await RunAsync("rehearsed-badly", "close-after=100%"))!.Drops[0];
        var refused = (await RunAsync("rehearsed-badly", "550=100%"))!.Drops[0];

        Assert.Equal((plan.Contact - 1, 1L), (deferred.Deferred, deferred.Unrendered));
        Assert.Equal((plan.Contact - 1, 1L), (doubtful.InDoubt, doubtful.Unrendered));
        Assert.Equal((plan.Contact - 1, 1L), (refused.Rejected, refused.Unrendered));
        Assert.NotNull(refused.Example);
    }

    [Fact]
    public async Task TheTimeForRealCountsPeopleToTheProviderThatTheFreezeWouldCountThemTo()
    {
        var campaign = PlanningFixture.Campaign("rehearsed-mx", OldestStays);
        await fixture.PlanAsync(campaign, PlanningFixture.Messages(campaign));
        using var dns = new TestDns(new Dictionary<string, string[]>(), new Dictionary<string, string[]> { ["example.org"] = ["aspmx.l.google.com"] });
        var people = await fixture.ScalarAsync<long>("""
            SELECT count(*) FROM engine.list_person
            WHERE reason = 'contact' AND lower(address) LIKE '%@example.org' AND list_id = (SELECT list_id FROM engine.plan WHERE campaign = 'rehearsed-mx')
            """);

        var byList = (await RunAsync("rehearsed-mx", "", Limited))!.Drops[0];
        var byHosts = (await RunAsync("rehearsed-mx", "", s => Limited(s) with { LookUpProviders = true }, dns.EndPoint))!;

        Assert.Null(byList.Because);
        Assert.Equal((null, $"the limit of provider gmail, 1 per hour, {people} messages"), (byHosts.Uncertain, byHosts.Drops[0].Because));

        static EngineSettings Limited(EngineSettings settings) => settings with { Limits = [new SendLimit("provider:gmail", 1, TimeSpan.FromHours(1))] };
    }

    [Fact]
    public async Task AGreylistingRelayTakesARecipientTheSecondTime()
    {
        await using var relay = SmtpReceiver.Start(
            new SmtpReceiverOptions { Script = RelayFaults.Script(RelayFaults.Read("greylist=100%", out _)!, TimeProvider.System) }, (_, _) => ValueTask.FromResult(SmtpReceiver.Stored), TimeProvider.System);
        await using var connection = await SmtpConnection.ConnectAsync(new SmtpRoute { Host = "127.0.0.1", Port = relay.EndPoint.Port, Tls = SmtpTls.Off }, TimeProvider.System, Token);
        Assert.True(EmailAddress.TryParse("ann@example.com", out var ann, out _) & EmailAddress.TryParse("bob@example.com", out var bob, out _));

        var verdicts = new List<SmtpVerdictKind>();
        foreach (var recipient in new[] { ann, bob, ann, ann, bob })
        {
            verdicts.Add((await connection.SendAsync(new SmtpEnvelope(default, recipient), "Subject: x\r\n\r\nx\r\n"u8.ToArray(), static () => true, Token)).Kind);
        }

        Assert.Equal([SmtpVerdictKind.Deferred, SmtpVerdictKind.Deferred, SmtpVerdictKind.Accepted, SmtpVerdictKind.Accepted, SmtpVerdictKind.Accepted], verdicts);
    }

    [Fact]
    public async Task ACampaignWithoutAPlanHasNothingToRehearse() => Assert.Null(await RunAsync("never-planned", ""));

    [Theory]
    [InlineData("451=5ms", "'451=5ms' is no fault; write " + Example + ", with commas between")]
    [InlineData("250=5%", "'250=5%' is no fault; write " + Example + ", with commas between")]
    [InlineData("greylst=5%", "'greylst=5%' is no fault; write " + Example + ", with commas between; did you mean 'greylist'?")]
    [InlineData("451=60%,550=60%", "the faults add up to 120 %; leave some requests alone")]
    public void SaysWhatIsWrongWithFaults(string text, string expected)
    {
        Assert.Null(RelayFaults.Read(text, out var fault));
        Assert.Equal(expected, fault);
    }

    private Task<RehearsalResult?> RunAsync(string campaign, string faults, Func<EngineSettings, EngineSettings>? change = null, IPEndPoint? dns = null)
    {
        _relay.Start();
        Assert.True(EmailAddress.TryParse("tea@sender.example", out var from, out _));
        var settings = new EngineSettings
        {
            DefaultCountry = "TW",
            Routes = new Dictionary<string, RouteSettings>
            {
                ["relay"] = new() { Name = "relay", Host = "127.0.0.1", Port = ((IPEndPoint)_relay.LocalEndpoint).Port, User = "u", Password = new() { Environment = "NEVER_SET" }, Connections = 2 },
            },
            Senders = [new SenderSettings { Name = "main", From = new Mailbox(from, "Tea"), Route = "relay" }],
        };
        var engine = fixture.Services;
        return new CampaignEngineServices(engine.WorkspaceDirectory, change?.Invoke(settings) ?? settings, engine.Model, engine.Database, engine.TimeProvider)
        {
            Dns = () => new DnsLookup([dns!], TimeSpan.FromSeconds(10), TimeProvider.System),
        }
            .Rehearsal.RunAsync(campaign, RelayFaults.Read(faults, out _)!, progress: null, Token);
    }

    private Task<string> RecordedAsync() => fixture.ScalarAsync<string>("""
        SELECT concat_ws('|', (SELECT count(*) FROM engine.mailing), (SELECT count(*) FROM engine.send_grant), (SELECT count(*) FROM engine.send_outcome),
                         (SELECT count(*) FROM engine.contact_once), (SELECT count(*) FROM engine.plan WHERE launched_at IS NOT NULL))
        """);
}
