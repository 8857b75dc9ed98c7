using System.Net;
using CampaignEngine.Database;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Web;
using Dapper;
using Npgsql;

namespace CampaignEngine.Cli.Demo;

/// <summary>What the simulated recipients did.</summary>
internal sealed record DemoAnswers(int Opens, int Clicks, int Orders, int ControlOrders, int Unsubscribes, int ScannerRequests);

/// <summary>
/// People who read the mail that really lies in the inbox and answer over HTTP: they open, click, unsubscribe and order; and a security
/// scanner that fetches every link of its company's mail within a second. The same answers for the same list.
/// </summary>
internal sealed class DemoRecipients(NpgsqlDataSource database, MessageStore inbox, WebServer server, DemoClock clock)
{
    private const string ScannedDomain = "@post.example.org";
    private readonly Random _random = new(4711);
    private readonly List<(DateTimeOffset At, Func<HttpClient, Task> Do)> _acts = [];
    private readonly List<(string Customer, DateTimeOffset At, decimal Price, int Quantity)> _orders = [];
    private int _opens;
    private int _clicks;
    private int _unsubscribes;
    private int _scans;
    private int _controlOrders;

    public async Task<DemoAnswers> AnswerAsync(string campaign, IProgress<ProgressStep> progress, CancellationToken cancellationToken)
    {
        var mail = inbox.OldestFirst().ToDictionary(m => m.Recipients[0], m => m, StringComparer.OrdinalIgnoreCase);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        List<Person> people = [.. await connection.QueryAsync<Person>(SqlFile.Load<DemoRecipients>("DemoPeople"), new { campaign })];
        foreach (var person in people)
        {
            Decide(person, person.Cell == "control" ? null : mail.GetValueOrDefault(person.Address ?? ""));
        }

        using var client = TrackingVisitor.CreateClient();
        int done = 0;
        foreach (var moment in _acts.GroupBy(a => a.At.UtcTicks / TimeSpan.TicksPerSecond).OrderBy(g => g.Key))
        {
            clock.Set(moment.First().At);
            await Parallel.ForEachAsync(moment, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellationToken }, async (act, _) => await act.Do(client));
            done += moment.Count();
            progress.Report(new ProgressStep(done, _acts.Count));
        }
        await connection.ExecuteAsync(SqlFile.Load<DemoRecipients>("DemoOrders"), new
        {
            customers = _orders.Select(o => o.Customer).ToArray(), times = _orders.Select(o => o.At.UtcDateTime).ToArray(),
            prices = _orders.Select(o => o.Price).ToArray(), quantities = _orders.Select(o => o.Quantity).ToArray(),
        });
        return new DemoAnswers(_opens, _clicks, _orders.Count - _controlOrders, _controlOrders, _unsubscribes, _scans);
    }

    private void Decide(Person person, StoredMessage? message)
    {
        if (message is null)
        {
            if (person.Cell == "control" && _random.Next(1000) < 14)
            {
                _controlOrders++;
                Order(person, TimeSpan.FromHours(_random.Next(1, 100)));
            }
            return;
        }

        var read = MailReader.Read(inbox.ReadContent(message));
        List<string> links = [.. read.Links.Where(l => l.Contains("/c/", StringComparison.Ordinal))];
        if (person.Address!.EndsWith(ScannedDomain, StringComparison.Ordinal))
        {
            foreach (string link in read.Links.Where(l => l.StartsWith("http", StringComparison.Ordinal)))
            {
                _scans++;
                At(person.At.AddMilliseconds(900), link, HttpMethod.Get);
            }
        }

        bool opens = _random.Next(100) < 44;
        var after = TimeSpan.FromMinutes(Math.Pow(_random.NextDouble(), 3) * 60 * 72 + 3);
        if (opens && Pixel(read.Html) is { } pixel)
        {
            _opens++;
            At(person.At + after, pixel, HttpMethod.Get);
        }
        int clicking = person.Cell == "free-shipping" ? 13 : 9;
        if (opens && links.Count > 0 && _random.Next(44) < clicking)
        {
            _clicks++;
            At(person.At + after + TimeSpan.FromSeconds(40), links[0], HttpMethod.Get);
            if (_random.Next(100) < 28)
            {
                Order(person, after + TimeSpan.FromMinutes(_random.Next(5, 600)));
            }
        }
        else if (_random.Next(1000) < 12)
        {
            Order(person, TimeSpan.FromHours(_random.Next(1, 100)));
        }
        if (opens && _random.Next(1000) < 9 && read.Links.FirstOrDefault(l => l.Contains("/u/", StringComparison.Ordinal)) is { } unsubscribe)
        {
            _unsubscribes++;
            At(person.At + after + TimeSpan.FromMinutes(1), unsubscribe, HttpMethod.Post);
        }
    }

    private void Order(Person person, TimeSpan after) =>
        _orders.Add((person.CustomerKey, person.At + after, 9.90m + _random.Next(40), _random.Next(1, 4)));

    private void At(DateTimeOffset time, string link, HttpMethod method)
    {
        // The mail names the public address; the demonstration's server listens on a port of its own.
        var address = new Uri(server.Address, new Uri(link).PathAndQuery);
        _acts.Add((time, async client =>
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.TryAddWithoutValidation("User-Agent", TrackingVisitor.Browser);
            if (method == HttpMethod.Post)
            {
                request.Content = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
            }

            using var response = await client.SendAsync(request);
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.Found))
            {
                throw new InvalidOperationException($"{method} {address.AbsolutePath} was answered with {(int)response.StatusCode}");
            }
        }
        ));
    }

    private static string? Pixel(string? html)
    {
        int at = html?.LastIndexOf("/o/", StringComparison.Ordinal) ?? -1;
        if (at < 0)
        {
            return null;
        }

        int start = html!.LastIndexOf('"', at) + 1;
        return html[start..html.IndexOf('"', at)];
    }

    private sealed record Person
    {
        public string CustomerKey { get; init; } = "";
        public string? Address { get; init; }
        public string? Cell { get; init; }
        public DateTimeOffset At { get; init; }
    }
}
