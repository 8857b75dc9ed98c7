using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Deduplication;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Reporting;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Machines;
using CampaignEngine.Tracking.Orders;
using CampaignEngine.Web.Endpoints;
using Microsoft.AspNetCore.Builder;

namespace CampaignEngine.Web.Tests.Endpoints;

/// <summary>A real server that takes orders of a shop, into the built-in customer database and beside a foreign one, up to the report that counts them.</summary>
public sealed class OrderEndpointTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const string Secret = "the secret of the shop";
    private static readonly DateTimeOffset Sent = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);
    private readonly SettableClock _clock = new(Sent.AddDays(5));
    private readonly HttpClient _client = TrackingVisitor.CreateClient();
    private EventRecorder _recorder = null!;
    private WebServer _server = null!;
    private ArrangedMailing _mailing = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await database.ExecuteAsync("""
            TRUNCATE crm.customers, crm.orders, engine.shop_order RESTART IDENTITY CASCADE;
            DROP SCHEMA IF EXISTS shop CASCADE;
            CREATE SCHEMA shop;
            CREATE TABLE shop.people (id bigint PRIMARY KEY, number text UNIQUE, mail text, home text);
            CREATE TABLE shop.bought (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, number text UNIQUE, person bigint, bought_at timestamptz NOT NULL, worth numeric(14,2) NOT NULL, currency text, what text, code text);
            INSERT INTO crm.customers (customer_no, email, mobile) SELECT 'C' || n, 'p' || n || '@example.com', '+88691234567' || n FROM generate_series(1, 5) n;
            INSERT INTO shop.people SELECT n, 'C' || n, 'p' || n || '@example.com', 'h' || (n + 1) / 2 FROM generate_series(1, 5) n
            """);
        var model = TrackingFixture.BuiltInCustomers();
        _recorder = new EventRecorder(new EventStore(database.Source), new EventRecorderOptions { Directory = Path.Combine(database.WorkspaceDirectory, "spool") }, _clock, _ => { });
        var keys = InstallationKeys.Load(database.WorkspaceDirectory);
        var site = new TrackingSite(database.Source, model, ItemTokens.Of(keys, [1]), _clock, _recorder, MachineRules.Default, new EngineSettings());
        Environment.SetEnvironmentVariable("CAMPAIGN_TEST_SHOP", Secret);
        var callers = new Dictionary<string, CallerSettings> { ["shop"] = Caller("shop"), ["other"] = Caller("other") };
        var contacts = new ContactPoints(new RecipientKeys(keys), AddressRules.Plain, null);
        _server = WebServer.Create(new WebServerOptions { Listen = "http://127.0.0.1:0" }, site, map: routes =>
        {
            routes.MapCallers(site, new SignedCallers(callers, database.WorkspaceDirectory, _clock), OrderIntake.Of(database.Source, Built, contacts, _clock));
            routes.MapGroup("/foreign").MapCallers(site, new SignedCallers(callers, database.WorkspaceDirectory, _clock), OrderIntake.Of(database.Source, Foreign, contacts, _clock));
        });
        await _server.StartAsync(Token);
        _client.BaseAddress = _server.Address;
        var campaign = $"tea-{Guid.NewGuid():N}";
        _mailing = await ArrangedMailing.FreezeAsync(
            database.Source, [.. Enumerable.Range(1, 4).Select(n => new ArrangedPerson($"{n}", $"p{n}@example.com", Control: n == 4))], campaign, dueAt: Sent, cancellationToken: Token);
        foreach (var person in (string[])["1", "2", "3"])
        {
            await _mailing.OutcomeAsync(database.Source, person, Sent);
        }

        Campaign = campaign;
        static CallerSettings Caller(string name) => new(name, new Secret { Environment = "CAMPAIGN_TEST_SHOP" }, TimeSpan.FromMinutes(5));
    }

    private static CustomerModel Built { get; } = Load(Path.Combine(Repository.Root, "model.yaml"), null);

    private static CustomerModel Foreign { get; } = Load("model.yaml", """
        people: people
        entities:
          people:
            table: shop.people
            key: id
            label: number
            fields: { id: integer, number: text, mail: text?, home: text? }
            relations: { bought: { many: bought, from: id, to: person } }
            contacts: { email: { address: mail, policy: opt-out } }
            household: home
          bought:
            table: shop.bought
            key: id
            label: number
            fields: { id: integer, number: text, person: integer?, bought_at: time, worth: money, currency: text?, what: text?, code: text? }
            coupon: code
        rfm: { orders: bought, at: bought_at, amount: worth }
        """);

    private string Campaign { get; set; } = "";

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _recorder.DisposeAsync();
        _client.Dispose();
    }

    [Fact]
    public async Task AnOrderOfAShopCountsByTheCampaignsRuleAndTwiceIsOnce()
    {
        var lines = Order("A1", 1, 40, """, "customer":"C1","fields":{"category":"tea"}""") + Order("A2", 2, 10, """, "email":" P2@Example.com ","fields":{"category":"coffee"}""")
            + Order("A3", 1, 7, $$""", "keycode":"{{Keycodes.Of(_mailing.MailingId, _mailing.OrdinalOf("3"))}}","fields":{"category":"tea","store_no":"7"}""")
            + Order("A4", 1, 5, """, "phone":"+886 912 345 674","fields":{"category":"tea"}""") + Order("A5", 1, 9, """, "email":"nobody@else.test" """);
        Assert.Equal("""{"taken":5,"known":0,"unmatched":1,"refused":[]}""", await PostAsync(lines));
        Assert.Equal("""{"taken":0,"known":5,"unmatched":0,"refused":[]}""", await PostAsync(lines));
        Assert.Equal("customer|email|keycode|phone", await database.ScalarAsync<string>("SELECT string_agg(tied_by, '|' ORDER BY order_no) FROM engine.shop_order"));
        Assert.Equal(5L, await database.ScalarAsync<long>("SELECT count(*) FROM crm.orders WHERE source = 'shop'"));

        var report = await ReportAsync(Built, """orders where category = "tea" """);
        Assert.Equal((2L, 2L, 47m), (report.Total.Conversions, report.Total.Orders, report.Total.Revenue));
        // The person of the control cell is found the same way.
        Assert.Equal((1L, 5m), (report.Cells.Single(c => c.Control).Conversions, report.Cells.Single(c => c.Control).Revenue));
    }

    [Fact]
    public async Task BesideAForeignDatabaseItCountsByTheSameRuleUntilItIsThere()
    {
        Assert.Equal("""{"taken":3,"known":0,"unmatched":0,"refused":[]}""", await PostAsync(
            Order("F1", 1, 40, """, "customer":"C1","fields":{"what":"tea"}""") + Order("F2", 1, 10, """, "customer":"C2","fields":{"what":"coffee"}""") + Order("F3", 2, 6, """, "email":"p1@example.com","fields":{"what":"tea"}"""), "/foreign"));
        var before = await ReportAsync(Foreign, """bought where what = "tea" """);
        await database.ExecuteAsync("INSERT INTO shop.bought (number, person, bought_at, worth, what) VALUES ('F1', 1, '2026-03-11T09:00Z', 40, 'tea')");
        var after = await ReportAsync(Foreign, """bought where what = "tea" """);
        Assert.Equal((1L, 2L, 46m), (before.Total.Conversions, before.Total.Orders, before.Total.Revenue));
        Assert.Equal((1L, 2L, 46m), (after.Total.Conversions, after.Total.Orders, after.Total.Revenue));
    }

    [Fact]
    public async Task BadOrdersAreCountedAsStated()
    {
        await PostAsync(
            Order("B1", -1, 99, """, "customer":"C1","fields":{"category":"tea"}""")                                       // before the mailing
            + Order("B2", 1, 20, """, "customer":"C1" """) + Order("B2", 1, 20, """, "customer":"C1" """)                   // twice
            + Order("B3", 2, -20, """, "customer":"C1","kind":"return" """) + Order("B4", 2, -5, """, "customer":"C2","kind":"cancellation" """)
            + Order("B5", 2, 30, """, "customer":"C2","currency":"EUR" """) + Order("B6", 2, 1000, """, "customer":"C3","currency":"JPY" """)
            + Order("B7", 20, 50, """, "customer":"C3" """, later: true)                                                          // behind the window, and in the future
            + Order("B8", 0, 3, """, "customer":"C3" """, hours: 0));
        var sales = await ReportAsync(Built, """orders where kind = "sale" """, new Dictionary<string, decimal> { ["EUR"] = 1.1m });
        // B2 once, B5 at its rate, B6 as an order without revenue, B8 in the very moment of the mailing.
        Assert.Equal((3L, 4L, 20m + 33m + 3m), (sales.Total.Conversions, sales.Total.Orders, sales.Total.Revenue));
        Assert.Equal([new ForeignRevenue("JPY", 1, 1000m)], sales.ForeignRevenue);
        var unrated = await ReportAsync(Built, """orders where kind = "sale" """);
        Assert.Equal((23m, "EUR 30.00|JPY 1000.00"), (unrated.Total.Revenue, string.Join('|', unrated.ForeignRevenue.Select(f => $"{f.Currency} {f.Revenue}"))));
        // Where the rule names returns too, they take revenue back.
        var net = await ReportAsync(Built, "orders", new Dictionary<string, decimal> { ["EUR"] = 1.1m, ["JPY"] = 0.007m });
        Assert.Equal(20m - 20m - 5m + 33m + 7m + 3m, net.Total.Revenue);
    }

    [Fact]
    public async Task EveryLineThatIsNoOrderIsNamedWithItsReason()
    {
        (string Line, string Why)[] lines =
        [
            ("[]", "is no JSON object"), ("{", "is no JSON object"), (Order("X", 1, 1, ", \"colour\":\"red\""), "has an unknown key 'colour'"), (Order("", 1, 1), "has no order number"),
            (Order("X", 1, -1), "is a sale of a negative amount"), (Order("X", 1, 1, ", \"kind\":\"return\""), "is a return of a positive amount"), (Order("X", 1, 1, ", \"kind\":\"gift\""), "has the kind 'gift'"),
            (Order("X", 1, 1, ", \"currency\":\"ZZZ\""), "has the currency 'ZZZ'"), (Order("X", 1, 1, ", \"keycode\":\"2222-224\""), "check character does not fit"),
            (Order("X", 1, 1, ", \"fields\":{\"categori\":\"tea\"}"), "which orders does not have; did you mean 'category'?"), (Order("X", 1, 1, ", \"fields\":{\"quantity\":\"two\"}"), "has no value of the type number in 'quantity'"),
            (Order("X", 1, 1, ", \"fields\":{\"order_no\":\"Y\"}"), "it has a key of its own"), (Order("X", 9, 1), "has no time in 'at' that has passed"),
            ("""{"order":"X","at":"2026-03-11T09:00:00","amount":1}""", "has no time in 'at'"), ("""{"order":"X","at":"2026-03-11T09:00:00Z","amount":"1"}""", "has no amount"),
            ("""{"order":"X","at":"2026-03-11T09:00:00Z","amount":1.005}""", "has no amount"), ("""{"order":"X","order":"Y","at":"2026-03-11T09:00:00Z","amount":1}""", "has 'order' twice"),
            ($$"""{"order":"{{new string('x', 201)}}","at":"2026-03-11T09:00:00Z","amount":1}""", "has no text of at most 200 characters in 'order'"),
        ];
        var answer = WebUtility.HtmlDecode((await PostAsync(string.Join('\n', lines.Select(l => l.Line.Trim())))).Replace("\\u0027", "'", StringComparison.Ordinal));
        Assert.StartsWith("""{"taken":0,"known":0,"unmatched":0,"refused":[{"line":1,""", answer);
        for (var n = 0; n < lines.Length; n++)
        {
            var from = answer.IndexOf($"\"line\":{n + 1},", StringComparison.Ordinal);
            Assert.True(from >= 0, lines[n].Line);
            Assert.Contains(lines[n].Why, answer[from..(answer.IndexOf('}', from) + 1)], StringComparison.Ordinal);
        }

        Assert.Contains("of another order that was taken before", await PostAsync(Order("Y", 1, 1) + Order("Y", 1, 2)), StringComparison.Ordinal);
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM engine.shop_order"));
    }

    [Fact]
    public async Task EightShopsAtATimeHandInTheSameOrdersOnce()
    {
        var forward = string.Concat(Enumerable.Range(1, 50).Select(n => Order($"P{n}", 1, n, $", \"customer\":\"C{n % 5 + 1}\"")));
        var backward = string.Join('\n', forward.Split('\n', StringSplitOptions.RemoveEmptyEntries).Reverse());
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => PostAsync(i % 2 == 0 ? forward : backward, caller: i % 3 == 0 ? "other" : "shop")));
        Assert.Equal((50L, 50L, 1275m), (
            await database.ScalarAsync<long>("SELECT count(*) FROM engine.shop_order"), await database.ScalarAsync<long>("SELECT count(*) FROM crm.orders"), await database.ScalarAsync<decimal>("SELECT sum(amount) FROM crm.orders")));
    }

    [Fact]
    public async Task UnsignedRequestsAndLargeBodiesAreRefused()
    {
        using var unsigned = await _client.PostAsync("/in/shop/orders", new StringContent(Order("U", 1, 1)), Token);
        Assert.Equal(HttpStatusCode.Forbidden, unsigned.StatusCode);
        // Without waiting for leave, for longer than a busy machine takes, the client may still be writing when the refusal closes the connection.
        using var patient = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) }) { BaseAddress = _client.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/in/shop/orders") { Content = new ByteArrayContent(new byte[(4 << 20) + 1]) };
        request.Headers.ExpectContinue = true;
        using var large = await patient.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, large.StatusCode);
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM engine.shop_order"));
    }

    [Fact]
    public async Task WhoBoughtIsSaidByTheFirstThatIsOnePersonsAndTheFirstOfTwoLinesWithOneNumberCounts()
    {
        await database.ExecuteAsync("UPDATE crm.customers SET email = 'both@example.com' WHERE customer_no IN ('C1', 'C2')");
        var seeded = await ArrangedMailing.FreezeAsync(database.Source, [new("5", "seed@example.com", Seed: true), new("1", "p1@example.com")], $"seeded-{Guid.NewGuid():N}", dueAt: Sent, cancellationToken: Token);
        var answer = await PostAsync(
            Order("W1", 1, 1, """, "email":"both@example.com" """) + Order("W2", 1, 2, """, "customer":"C3","email":"p4@example.com" """)
            + Order("W3", 1, 3, $$""", "keycode":"{{Keycodes.Of(_mailing.MailingId, _mailing.OrdinalOf("3"))}}","email":"p4@example.com" """)
            + Order("W4", 1, 4, $$""", "keycode":"{{Keycodes.Of(seeded.MailingId, seeded.OrdinalOf("5"))}}" """) + Order("W5", 1, 5, """, "email":"p4@example.com","phone":"+886912345675" """)
            + Order("W6", 1, 6, """, "customer":"C3" """) + Order("W6", 1, 66, """, "customer":"C3" """));
        Assert.StartsWith("""{"taken":6,"known":0,"unmatched":2,"refused":[{"line":7,""", answer, StringComparison.Ordinal);
        Assert.Equal("W1|W2 customer 3|W3 keycode 3|W4|W5 email 4|W6 customer 3", await database.ScalarAsync<string>("SELECT string_agg(concat_ws(' ', order_no, tied_by, customer_key), '|' ORDER BY order_no) FROM engine.shop_order"));
        Assert.Equal(6m, await database.ScalarAsync<decimal>("SELECT amount FROM crm.orders WHERE order_no = 'W6'"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task OrdersWithASharedCouponAreShownApartUnlessTheReportCreditsThem(bool foreign)
    {
        var posted = await PostAsync(
            Order("S1", 1, 40, """, "customer":"C1","coupon":"summer-10" """) + Order("S2", 1, 10, """, "customer":"C5","coupon":"SUMMER 10" """) + Order("S3", 2, 7, """, "coupon":"Summer10" """)
            + Order("S4", 1, 5, """, "customer":"C4","coupon":"SUMMER10" """) + Order("S5", 1, 3, """, "customer":"C2","coupon":"WINTER" """) + Order("S6", -1, 9, """, "coupon":"SUMMER10" """)
            + Order("S7", 1, 2, """, "customer":"C3" """), foreign ? "/foreign" : "");
        Assert.Equal("""{"taken":7,"known":0,"unmatched":2,"refused":[]}""", posted);
        var report = await ReportAsync(foreign ? Foreign : Built, foreign ? "bought" : "orders", coupon: "Summer-10");

        // C1 is credited, C4 in the control cell; C5 was not contacted, S3 is nobody's, S6 lies before the campaign.
        Assert.Equal((3L, 45m), (report.Total.Orders, report.Total.Revenue));
        var coupon = Assert.Single(report.Coupons);
        Assert.Equal(("SUMMER10", null, 4L, 62m, 2L, 17m), (coupon.Code, coupon.Cell, coupon.Orders, coupon.Revenue, coupon.UnattributedOrders, coupon.UnattributedRevenue));
    }

    private static string Order(string number, int days, decimal amount, string more = "", bool later = false, int hours = 1) => string.Create(
        CultureInfo.InvariantCulture, $$"""{"order":"{{number}}","at":"{{Sent.AddDays(later ? 1 : days).AddHours(later ? 24 * 30 : hours):yyyy-MM-dd'T'HH:mm:ss'Z'}}","amount":{{amount}}{{more.TrimEnd()}}}{{"\n"}}""");

    private static CustomerModel Load(string file, string? yaml)
    {
        var problems = new ProblemList();
        var model = ModelLoader.Load("model.yaml", yaml is null ? File.ReadAllBytes(file) : Encoding.UTF8.GetBytes(yaml), problems);
        Assert.Empty(problems.Items);
        return model!;
    }

    private async Task<CampaignReport> ReportAsync(CustomerModel model, string conversion, Dictionary<string, decimal>? rates = null, string? coupon = null)
    {
        var yaml = $$"""
            campaign: {{Campaign}}
            {{(coupon is null ? "" : $"coupon: {coupon}")}}
            audience: { where: [] }
            drops: [{ drop: announce, channel: email, template: email/x, subject: X, schedule: now }]
            response: { window: 14 days, conversion: '{{conversion.Trim()}}' }
            """;
        await using var plan = database.Source.CreateCommand("UPDATE engine.plan SET definition_file = $1 || '.yaml', definition_yaml = $2 WHERE campaign = $1");
        plan.Parameters.Add(new() { Value = Campaign });
        plan.Parameters.Add(new() { Value = yaml });
        await plan.ExecuteNonQueryAsync(Token);
        var problems = new ProblemList();
        var requests = new ReportRequests(database.Source, model, new EngineSettings { Rates = rates ?? [] });
        var request = await requests.ForAsync(Campaign, _clock.GetUtcNow(), problems, Token);
        Assert.Empty(problems.Items);
        return (await new CampaignReporter(database.Source).RunAsync(request!, Token))!;
    }

    private async Task<string> PostAsync(string body, string prefix = "", string caller = "shop")
    {
        var time = _clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{prefix}/in/{caller}/orders") { Content = new StringContent(body) };
        request.Headers.Add(SignedCallers.TimeHeader, time);
        request.Headers.Add(SignedCallers.SignatureHeader, Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{time}.{body}"))));
        using var response = await _client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Token);
    }
}
