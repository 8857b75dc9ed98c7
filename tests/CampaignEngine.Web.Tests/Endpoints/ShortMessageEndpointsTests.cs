using System.Collections.Concurrent;
using System.Net;
using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Channels.Sms.Rehearsing;
using CampaignEngine.Customers;
using CampaignEngine.Deduplication;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Rehearsing.Returns;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Machines;
using CampaignEngine.Tracking.Replies;
using CampaignEngine.Tracking.ShortMessages;
using CampaignEngine.Web.Endpoints;

namespace CampaignEngine.Web.Tests.Endpoints;

/// <summary>A real server, a real gateway double that sends the answers, and one frozen SMS mailing.</summary>
public sealed class ShortMessageEndpointsTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private readonly ConcurrentQueue<ReceivedShortMessage> _answers = new();
    private readonly HttpClient _client = TrackingVisitor.CreateClient();
    private GatewayDouble _gateway = null!;
    private EventRecorder _recorder = null!;
    private WebServer _server = null!;
    private ShortMessageSite _site = null!;
    private AnswerSweep _sweep = null!;
    private ItemTokens _tokens = null!;
    private RecipientKeys _keys = null!;
    private EngineSettings _settings = null!;
    private ArrangedMailing _mailing = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Environment.SetEnvironmentVariable("CAMPAIGN_TEST_WEBHOOK", "s3cret");
        _gateway = GatewayDouble.Start(
            new IPEndPoint(IPAddress.Loopback, 0),
            new GatewayScript(),
            (message, _) =>
            {
                _answers.Enqueue(message);
                return ValueTask.CompletedTask;
            },
            TimeProvider.System);
        var problems = new ProblemList();
        var settings = EngineLoader.Load("engine.yaml", Encoding.UTF8.GetBytes($$$"""
            routes:
              gate:
                http:
                  url: http://{{{_gateway.EndPoint}}}/send
                  form: { to: "{{ to }}", from: "{{ from }}", text: "{{ text }}" }
                  webhooks: { signature: token, secret: { env: CAMPAIGN_TEST_WEBHOOK }, answers: { help: "Hill & Leaf Tea. STOP ends it.", stop: Stopped. } }
              mute: { http: { url: "http://{{{_gateway.EndPoint}}}/send", form: { to: "{{ to }}" } } }
            senders: { shop: { sms: { route: gate, id: HillLeaf } } }
            replies: { in_charge: anna@shop.test, rules: [{ rule: hours, words: open, sms: Nine to five. }] }
            """), null, problems);
        Assert.Empty(problems.Items);
        _settings = settings!;
        var keys = InstallationKeys.Load(database.WorkspaceDirectory);
        (_tokens, _keys) = (ItemTokens.Of(keys, [1]), new RecipientKeys(keys));
        var model = TrackingFixture.BuiltInCustomers();
        _recorder = new EventRecorder(
            new EventStore(database.Source), new EventRecorderOptions { Directory = Path.Combine(database.WorkspaceDirectory, "spool") }, TimeProvider.System, _ => { });
        var tracking = new TrackingSite(database.Source, model, _tokens, TimeProvider.System, _recorder, MachineRules.Default, settings);
        _sweep = new AnswerSweep(database.Source, database.WorkspaceDirectory, _settings, keys, TimeProvider.System);
        _site = new ShortMessageSite(
            database.Source, model, _settings, new ContactPoints(_keys, AddressRules.Plain, null), new ReplyDesk(_settings.Replies, TimeZoneInfo.Utc, TimeProvider.System), _sweep, _tokens,
            database.WorkspaceDirectory, TimeProvider.System);
        _server = WebServer.Create(new WebServerOptions { Listen = "http://127.0.0.1:0" }, tracking, map: routes => routes.MapShortMessages(_site));
        await _server.StartAsync(Token);
        _client.BaseAddress = _server.Address;

        await database.ExecuteAsync("""
            TRUNCATE crm.customers, engine.sms_inbound, engine.answer, engine.reply_case RESTART IDENTITY CASCADE;
            DELETE FROM engine.suppression; DELETE FROM engine.event;
            INSERT INTO crm.customers (customer_no, mobile) SELECT 'C' || n, '+88691234567' || n FROM generate_series(1, 3) AS n;
            INSERT INTO crm.consents (customer_id, channel, purpose, status, stated_at, source) SELECT customer_id, 'sms', 'marketing', 'granted', '2026-01-01', 'form' FROM crm.customers
            """);
        _mailing = await ArrangedMailing.FreezeAsync(
            database.Source, [.. Enumerable.Range(1, 3).Select(n => new ArrangedPerson($"{n}", $"+88691234567{n}"))], $"sms-{Guid.NewGuid():N}", channel: "sms", cancellationToken: Token);
        for (var n = 1; n <= 3; n++)
        {
            await using var command = database.Source.CreateCommand("UPDATE engine.mailing_item SET recipient_key = $1 WHERE mailing_id = $2 AND customer_key = $3");
            command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = _keys.Of("sms", $"+88691234567{n}") });
            command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = _mailing.MailingId });
            command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = $"{n}" });
            await command.ExecuteNonQueryAsync(Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _recorder.DisposeAsync();
        await _gateway.DisposeAsync();
        _client.Dispose();
    }

    [Fact]
    public async Task StopSuppressesAtOnceAndStartLiftsIt()
    {
        Assert.Equal(HttpStatusCode.OK, await InboundAsync("m1", "+886912345671", "Stop."));

        Assert.Equal(("stop", "withdrawn"), (await ReasonAsync(1), await ConsentAsync(1)));
        Assert.Equal(1L, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.event WHERE kind = 'unsubscribe' AND mailing_id = {_mailing.MailingId}"));
        Assert.Equal(("+886912345671", "Stopped."), (Assert.Single(_answers).To, Assert.Single(_answers).Text));

        Assert.Equal(HttpStatusCode.OK, await InboundAsync("m2", "886912345671", "START"));
        Assert.Equal(("", "granted"), (await ReasonAsync(1), await ConsentAsync(1)));
    }

    [Fact]
    public async Task StartLiftsNothingThatStopDidNotSet()
    {
        await using var command = database.Source.CreateCommand("INSERT INTO engine.suppression (recipient_key, channel, reason, source) VALUES ($1, 'sms', 'complaint', 'test')");
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = _keys.Of("sms", "+886912345672") });
        await command.ExecuteNonQueryAsync(Token);

        await InboundAsync("n1", "+886912345672", "STOP");
        await InboundAsync("n2", "+886912345672", "START");

        Assert.Equal("complaint", await ReasonAsync(2));
    }

    [Fact]
    public async Task HelpIsAnsweredOnceAndTwoMachinesDoNotTalkForEver()
    {
        await InboundAsync("h1", "+886912345673", "help");
        await InboundAsync("h1", "+886912345673", "help");
        await InboundAsync("h2", "+886912345673", "HELP");

        var answer = Assert.Single(_answers);
        Assert.Equal(("HillLeaf", "+886912345673", "Hill & Leaf Tea. STOP ends it."), (answer.From, answer.To, answer.Text));
        Assert.Equal(2L, await database.ScalarAsync<long>("SELECT count(*) FROM engine.sms_inbound WHERE action = 'help'"));
        Assert.Equal(["", "accepted"], (await _site.Inbound.ListAsync("help", 10, Token)).Select(a => a.Answered ?? ""));
    }

    [Fact]
    public async Task AnAnswerWhoseServerWasLostBeforeItLeftLeavesOnceAndOneThatMayHaveLeftNever()
    {
        await TakeAsync("l1", 1);
        Assert.Empty(_answers);
        Assert.Equal((1, 0), (await _sweep.RunOnceAsync(Token), await _sweep.RunOnceAsync(Token)));
        Assert.Equal("+886912345671", Assert.Single(_answers).To);

        await TakeAsync("l2", 2);
        await database.ExecuteAsync("UPDATE engine.answer SET claimed_at = now() - interval '1 hour' WHERE outcome IS NULL");
        Assert.Equal(0, await _sweep.RunOnceAsync(Token));
        Assert.Single(_answers);
        Assert.Equal("in_doubt: the process that sent it was lost", (await _site.Inbound.ListAsync("help", 1, Token))[0].Answered);
    }

    [Fact]
    public async Task WordsThatComeTogetherAreAnsweredOnce()
    {
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => TakeAsync($"t{n}", 3))));

        Assert.Single(taken, t => t.AnswerId is not null);
        Assert.Equal(1, await _sweep.RunOnceAsync(Token));
        Assert.Single(_answers);
    }

    [Fact]
    public async Task OtherWordsAreKeptForAPersonAndCountAsReply()
    {
        await InboundAsync("r1", "+886912345671", "STOP PLEASE");

        Assert.Equal("", await ReasonAsync(1));
        Assert.Equal(("none", "STOP PLEASE"), (await database.ScalarAsync<string>("SELECT action FROM engine.sms_inbound"), await database.ScalarAsync<string>("SELECT body FROM engine.sms_inbound")));
        Assert.Equal(1L, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.event WHERE kind = 'reply' AND mailing_id = {_mailing.MailingId} AND ordinal = {_mailing.OrdinalOf("1")}"));
        Assert.Empty(_answers);
    }

    [Fact]
    public async Task ARuleAnswersOnceADayAndEverythingElseIsACase()
    {
        await InboundAsync("q1", "+886912345671", "When are you open?");
        await InboundAsync("q1", "+886912345671", "When are you open?");
        await InboundAsync("q2", "+886912345671", "And open on Sunday?");
        await InboundAsync("q3", "+886912345672", "Two packets please");
        Assert.Equal(1, await _sweep.RunOnceAsync(Token));
        Assert.Equal(0, await _sweep.RunOnceAsync(Token));

        Assert.Equal(("HillLeaf", "+886912345671", "Nine to five."), (Assert.Single(_answers).From, Assert.Single(_answers).To, Assert.Single(_answers).Text));
        var cases = new Cases(database.Source, TimeZoneInfo.Utc, TimeProvider.System);
        var open = await cases.ListAsync(true, 10, Token);
        Assert.Equal(["And open on Sunday? anna@shop.test", "Two packets please anna@shop.test"], open.Select(c => $"{c.Text} {c.InCharge}"));
        await _sweep.RunAsync(await cases.AnswerAsync(open[1].CaseId, "They are on their way.", "eva", Token), Token);
        Assert.Equal(("+886912345672", "They are on their way."), (_answers.Last().To, _answers.Last().Text));
    }

    [Fact]
    public async Task NobodyElseCanStopAnybody()
    {
        Assert.Equal(HttpStatusCode.Forbidden, await InboundAsync("f1", "+886912345671", "STOP", token: "guess"));
        Assert.Equal(HttpStatusCode.NotFound, await InboundAsync("f1", "+886912345671", "STOP", route: "mute"));
        Assert.Equal(HttpStatusCode.NotFound, await InboundAsync("f1", "+886912345671", "STOP", route: "none"));
        Assert.Equal(HttpStatusCode.OK, await InboundAsync("f2", "not a number", "STOP"));

        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM engine.suppression"));
    }

    [Theory]
    [InlineData("delivered", "delivered", 1)]
    [InlineData("failed", "bounce", 1)]
    [InlineData("sent", "delivered", 0)]
    public async Task ReceiptsAreEventsAndResolveDoubts(string status, string kind, long events)
    {
        var ordinal = _mailing.OrdinalOf("2");
        await database.ExecuteAsync($"INSERT INTO engine.send_doubt (mailing_id, ordinal, attempt, evidence) VALUES ({_mailing.MailingId}, {ordinal}, 1, 'connection lost')");
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(HttpStatusCode.OK, await ReceiptAsync(TokenOf(ordinal), $$"""{"status":"{{status}}","reason":"30003"}"""));
        }

        Assert.Equal(events, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.event WHERE kind = '{kind}' AND mailing_id = {_mailing.MailingId} AND ordinal = {ordinal}"));
        Assert.Equal("receipt: " + status, await database.ScalarAsync<string>($"SELECT reason FROM engine.send_outcome WHERE mailing_id = {_mailing.MailingId} AND outcome = 'accepted'"));
    }

    [Fact]
    public async Task AReceiptWithAForeignTokenChangesNothing()
    {
        var token = TokenOf(1);
        Assert.Equal(HttpStatusCode.Forbidden, await ReceiptAsync(token[..^1] + (token[^1] == 'A' ? 'B' : 'A'), """{"status":"delivered"}"""));
        Assert.Equal(HttpStatusCode.Forbidden, await ReceiptAsync(_tokens.Open(_mailing.MailingId, 1), """{"status":"delivered"}"""));
        Assert.Equal(HttpStatusCode.BadRequest, await ReceiptAsync(token, """{"state":1}"""));

        Assert.Equal(0L, await database.ScalarAsync<long>($"SELECT count(*) FROM engine.event WHERE mailing_id = {_mailing.MailingId}"));
    }

    [Fact]
    public async Task TheInboxWritesDownWhichReceiptsThisServerTook()
    {
        using var folder = new TempDirectory("receipts");
        ReceivedShortMessage Message(string to, string? url) => new() { From = "HillLeaf", To = to, Text = "Tea", Id = "D1", Path = "/send", ReceivedAt = DateTimeOffset.UnixEpoch, ReceiptUrl = url };
        string Address(string token) => new Uri(_server.Address, $"/sms/gate/receipt/{token}").ToString();
        using (var log = SentBackLog.Open(folder.FullName, Assert.Fail))
        await using (var receipts = new ReceiptSender(log, TimeProvider.System))
        {
            receipts.Add(Message("+886912345671", Address(TokenOf(_mailing.OrdinalOf("1")))), 1);
            receipts.Add(Message("+886912345613", Address(TokenOf(_mailing.OrdinalOf("2")))), 2);
            receipts.Add(Message("+886912345673", Address("guess")), 3);
            receipts.Add(Message("+886912345673", "https://shop.example/receipt/secret"), 4);
            receipts.Add(Message("+886912345673", null), 5);
            await receipts.DisposeAsync();
            Assert.Equal((2L, 2L), receipts.Counts);
        }

        using var sent = SentBackReader.Open(folder.FullName)!;
        Assert.Equal(
            ["receipt delivered: taken (HTTP 200 OK)", "receipt failed: taken (HTTP 200 OK)", "receipt delivered: not taken (HTTP 403 Forbidden)",
                "receipt delivered: not taken (shop.example is not this machine; receipts of a rehearsal stay here)"],
            Enumerable.Range(1, 6).SelectMany(number => sent.Find(number)).Select(s => s.ToString()));
        Assert.Equal("bounce|delivered", await database.ScalarAsync<string>($"SELECT string_agg(kind::text, '|' ORDER BY kind::text) FROM engine.event WHERE mailing_id = {_mailing.MailingId}"));
    }

    private string TokenOf(int ordinal)
    {
        var token = new char[ItemTokens.Length];
        _tokens.Write(token.AsSpan(), TokenPurpose.Receipt, _mailing.MailingId, ordinal);
        return new string(token);
    }

    private async Task<HttpStatusCode> InboundAsync(string id, string from, string text, string token = "s3cret", string route = "gate")
    {
        using var form = new FormUrlEncodedContent([new("id", id), new("from", from), new("text", text)]);
        using var response = await _client.PostAsync($"/sms/{route}/inbound?token={token}", form, Token);
        return response.StatusCode;
    }

    private async Task<HttpStatusCode> ReceiptAsync(string token, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _client.PostAsync($"/sms/gate/receipt/{token}", content, Token);
        return response.StatusCode;
    }

    // As the address does, up to the moment before the answer leaves.
    private Task<InboundResult> TakeAsync(string id, int n) => _site.Inbound.TakeAsync(new InboundMessage("gate", id, $"+88691234567{n}", null, "HELP"), static _ => "Hill & Leaf Tea.", Token);

    private async Task<string> ReasonAsync(int n)
    {
        await using var command = database.Source.CreateCommand("SELECT coalesce((SELECT reason FROM engine.suppression WHERE recipient_key = $1), '')");
        command.Parameters.Add(new Npgsql.NpgsqlParameter { Value = _keys.Of("sms", $"+88691234567{n}") });
        return (string)(await command.ExecuteScalarAsync(Token))!;
    }

    private Task<string> ConsentAsync(int n) => database.ScalarAsync<string>($"SELECT sms_consent FROM crm.customers WHERE customer_id = {n}");
}
