using System.Collections.Concurrent;
using System.Runtime.Versioning;
using System.Text.Json;
using System.Text.RegularExpressions;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Testing;
using CampaignEngine.Web;
using Npgsql;

namespace CampaignEngine.EndToEnd.Faults;

/// <summary>
/// A crawler that looks like a browser fetches, asks for the head of and pre-fetches every address of every message that was really sent. Nobody's state
/// changes by it, and the report's cleaned figures stay those of the people.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class CrawlerTests : IDisposable
{
    private const int People = 15;
    private readonly TempDirectory _folder = new("cr");
    private readonly ConcurrentQueue<ReadMail> _mails = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task EveryAddressOfEveryMessageCanBeFetchedWithoutChangingAnybodysStateOrTheFigures()
    {
        await using var sink = SmtpReceiver.Start(new SmtpReceiverOptions(), (message, _) =>
        {
            _mails.Enqueue(MailReader.Read(message.Data));
            return ValueTask.FromResult(SmtpReceiver.Stored);
        }, TimeProvider.System);
        await using var shop = await Shop.OpenAsync(_folder["s"], sink.EndPoint.Port);
        shop.Write("templates/email/hello.sbn-html", """
            <p>Hello {{ customer.first_name }}: <a href="https://shop.example/a">one</a> <a href="https://shop.example/b">two</a> <a href="https://shop.example/c">three</a>.
            <a href="{{ view_online_url }}">Online</a> <a href="{{ preferences_url }}">Preferences</a> <a href="{{ opt_in_url }}">Confirm</a> <a href="{{ unsubscribe_url }}">Stop</a></p>
            """);
        await shop.FillAsync(People);
        Assert.Equal(0, (await shop.RunAsync("launch", Shop.Campaign, "--plan", await shop.PlanAsync())).ExitCode);
        var sent = await shop.RunAsync("worker", "--until-idle");
        Assert.True(sent.ExitCode == 0 && _mails.Count == People, sent.Errors);
        await shop.ExecuteAsync("SET session_replication_role = replica; UPDATE engine.send_outcome SET at = at - interval '1 day'");

        using var serve = shop.Start("serve", "--listen", "http://127.0.0.1:0");
        var address = new Uri(Regex.Match(await serve.ReadErrorsUntilAsync("listening on", Cancel), "listening on ([^;]+);").Groups[1].Value);
        using var client = TrackingVisitor.CreateClient();
        client.BaseAddress = address;

        // Five people open and follow one link each.
        foreach (var mail in _mails.Take(5))
        {
            var addresses = AddressesOf(mail);
            await FetchAsync(client, HttpMethod.Get, addresses.First(a => a.StartsWith("/o/", StringComparison.Ordinal)), "Person/1.0");
            await FetchAsync(client, HttpMethod.Get, addresses.First(a => a.StartsWith("/c/", StringComparison.Ordinal)), "Person/1.0");
        }

        await AssertFiguresAsync((5, 5, 5, 5), shop);
        await shop.ExecuteAsync("UPDATE engine.event SET at = at - interval '1 hour'");
        var state = await StateAsync(shop);

        var fetched = 0;
        foreach (var mail in _mails)
        {
            foreach (var path in AddressesOf(mail))
            {
                Assert.InRange(await FetchAsync(client, HttpMethod.Get, path, TrackingVisitor.Browser), 200, 302);
                Assert.InRange(await FetchAsync(client, HttpMethod.Head, path, TrackingVisitor.Browser), 200, 302);
                Assert.InRange(await FetchAsync(client, HttpMethod.Get, path, TrackingVisitor.Browser, prefetch: true), 200, 302);
                Assert.InRange(await FetchAsync(client, HttpMethod.Get, path + "?List-Unsubscribe=One-Click&confirm=yes&save=yes", TrackingVisitor.Browser), 200, 302);
                fetched++;
            }
        }

        Assert.True(fetched >= People * 8, $"{fetched} addresses in {People} messages");
        Assert.Equal(state, await StateAsync(shop));
        await AssertFiguresAsync((5, People, 5, People), shop);

        // Judged anew under rules that see machines nowhere: today's figures change, yesterday's report does not.
        var past = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffffzzz", System.Globalization.CultureInfo.InvariantCulture);
        shop.Write("machines.yaml", "version: 2\nthreshold: 1000");
        Assert.Equal(0, (await shop.RunAsync("machines", "--rerun")).ExitCode);
        await AssertFiguresAsync((People, People, People, People), shop);
        await AssertFiguresAsync((5, People, 5, People), shop, "--as-of", past);
        await serve.KillAsync(Cancel);
    }

    // Every http address: in the HTML with the pixel, in the text, in List-Unsubscribe.
    private static List<string> AddressesOf(ReadMail mail)
    {
        var all = mail.Links.Concat(HttpAddress().Matches($"{mail.Html} {mail.Text} {string.Join(' ', mail.Headers.Select(h => h.Value))}").Select(m => m.Value));
        return [.. all.Where(a => a.StartsWith("http", StringComparison.Ordinal)).Select(a => new Uri(System.Net.WebUtility.HtmlDecode(a)).PathAndQuery).Distinct(StringComparer.Ordinal)];
    }

    private static async Task<int> FetchAsync(HttpClient client, HttpMethod method, string path, string agent, bool prefetch = false)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation("User-Agent", agent);
        if (prefetch)
        {
            request.Headers.Add("Sec-Purpose", "prefetch;prerender");
        }

        using var response = await client.SendAsync(request, Cancel);
        return (int)response.StatusCode;
    }

    // What the server acknowledged a moment ago is on its way into the database: the figures are looked at until they stand.
    private static async Task AssertFiguresAsync((int Opens, int OpensRaw, int Clicks, int ClicksRaw) expected, Shop shop, params string[] more)
    {
        var figures = (-1, -1, -1, -1);
        var stand = await Eventually.IsTrueAsync(async () => (figures = await FiguresAsync(shop, more)) == expected, Cancel);
        Assert.True(stand, $"{figures}, not {expected}");
    }

    private static async Task<(int Opens, int OpensRaw, int Clicks, int ClicksRaw)> FiguresAsync(Shop shop, string[] more)
    {
        var report = await shop.RunAsync(["report", Shop.Campaign, "--output", "json", .. more]);
        Assert.True(report.ExitCode == 0, report.Errors);
        var total = JsonDocument.Parse(report.Output).RootElement.GetProperty("total");
        int Figure(string name) => total.GetProperty(name).GetInt32();
        return (Figure("opens"), Figure("opens_raw"), Figure("clicks"), Figure("clicks_raw"));
    }

    // Every table of the engine and the customer database, events and what judges them aside.
    private static async Task<string> StateAsync(Shop shop)
    {
        await using var connection = await shop.ConnectAsync();
        await using var list = new NpgsqlCommand("""
            SELECT string_agg(format('SELECT %L AS name, md5(coalesce(string_agg(t::text, %L ORDER BY t::text), %L)) AS hash FROM %I.%I t', c.oid::regclass, chr(10), '', n.nspname, c.relname), ' UNION ALL ')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname IN ('engine', 'crm') AND c.relkind = 'r' AND c.relname NOT LIKE 'event%' AND c.relname NOT LIKE 'machine_%' AND c.relname NOT IN ('setting', 'purchase_summary')
            """, connection);
        var sql = (string)(await list.ExecuteScalarAsync(Cancel))!;
        await using var read = new NpgsqlCommand($"SELECT string_agg(name || ' ' || hash, chr(10) ORDER BY name) FROM ({sql}) AS s", connection);
        return (string)(await read.ExecuteScalarAsync(Cancel))!;
    }

    [GeneratedRegex("""https?://[^\s"'<>)]+""")]
    private static partial Regex HttpAddress();
}
