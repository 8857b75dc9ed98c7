using System.Security.Cryptography;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Machines;
using CampaignEngine.Web.Endpoints;

namespace CampaignEngine.Web.Tests.Endpoints;

/// <summary>A real server on the loopback, over a database of its own, with one frozen mailing to five people.</summary>
public sealed class TrackingFixture : TestDatabase, IAsyncDisposable
{
    public const string CallerSecret = "the secret of the shop";
    public const string Shop = "https://shop.example/tea?utm_source=mail&x=%20y";
    public static readonly DateTimeOffset Sent = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);
    private TrackingSite _site = null!;
    private WebServer _server = null!;

    public ItemTokens Tokens { get; } = new(SHA256.HashData("a key of the tests"u8));

    public SettableClock Clock { get; } = new(Sent.AddHours(3));

    public EventRecorder Recorder { get; private set; } = null!;

    public ArrangedMailing Mailing { get; private set; } = null!;

    public HttpClient Client { get; } = TrackingVisitor.CreateClient();

    public TrackingAddresses Addresses { get; private set; } = null!;

    public TrackingVisitor Visitor { get; private set; } = null!;

    public string[] Links { get; } = [Shop, "https://shop.example/b", "https://täglich.example/tee?q=öl", "javascript:alert(1)", "https://shop.example/\r\nSet-Cookie: a=b"];

    public static CustomerModel BuiltInCustomers()
    {
        var key = new Field { Name = "id", Column = "customer_id", Type = FieldType.Integer };
        var language = new Field { Name = "language", Column = "language", Type = FieldType.Text, Nullable = true };
        var people = new Entity
        {
            Name = "customers",
            Table = new SqlName("crm", "customers"),
            Key = key,
            Label = key,
            Fields = new Dictionary<string, Field> { ["id"] = key, ["language"] = language },
            Language = language,
            Relations = new Dictionary<string, Relation>(),
        };
        return new CustomerModel { File = "model.yaml", Entities = new Dictionary<string, Entity> { ["customers"] = people }, People = people };
    }

    public new async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Recorder.DisposeAsync();
        Client.Dispose();
        await base.DisposeAsync();
    }

    /// <summary>What requests acknowledged is in the database then.</summary>
    public Task FlushAsync() => Recorder.FlushAsync(TestContext.Current.CancellationToken);

    ValueTask IAsyncDisposable.DisposeAsync() => DisposeAsync();

    protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("INSERT INTO crm.customers (customer_no, email) SELECT 'C' || n, 'p' || n || '@example.com' FROM generate_series(1, 5) n");
        Mailing = await ArrangedMailing.FreezeAsync(
            Source,
            [.. Enumerable.Range(1, 5).Select(n => new ArrangedPerson($"{n}", n == 5 ? "<script>alert(1)</script>\"'&@example.com" : $"p{n}@example.com"))],
            links: Links,
            cancellationToken: cancellationToken);
        for (var n = 1; n <= 5; n++)
        {
            await Mailing.OutcomeAsync(Source, $"{n}", Sent);
        }

        Recorder = new EventRecorder(
            new EventStore(Source), new EventRecorderOptions { Directory = Path.Combine(WorkspaceDirectory, "spool"), Gathering = TimeSpan.FromMilliseconds(1) }, Clock, _ => { });
        _site = new TrackingSite(Source, BuiltInCustomers(), Tokens, Clock, Recorder, MachineRules.Default, new EngineSettings());
        Environment.SetEnvironmentVariable("CAMPAIGN_TEST_CALLER", CallerSecret);
        var callers = new SignedCallers(
            new Dictionary<string, CallerSettings> { ["shop"] = new("shop", new Secret { Environment = "CAMPAIGN_TEST_CALLER" }, TimeSpan.FromMinutes(5)) }, WorkspaceDirectory, Clock);
        _server = WebServer.Create(new WebServerOptions { Listen = "http://127.0.0.1:0" }, _site, map: routes => routes.MapCallers(_site, callers, null));
        await _server.StartAsync(cancellationToken);
        Addresses = new TrackingAddresses(_server.Address, Tokens);
        Visitor = new TrackingVisitor(Client, Addresses);
        Client.BaseAddress = _server.Address;
    }
}

public sealed class SettableClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
