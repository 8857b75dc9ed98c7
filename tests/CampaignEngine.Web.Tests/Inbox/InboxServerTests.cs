using System.Net;
using System.Text.Json;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Rehearsing.Returns;
using CampaignEngine.Testing;
using CampaignEngine.Web.Inbox;

namespace CampaignEngine.Web.Tests.Inbox;

/// <summary>What an inbox received, in a browser and for programs.</summary>
public sealed class InboxServerTests : IAsyncLifetime
{
    private readonly TempDirectory _folder = new("iw");
    private InboxServer _server = null!;
    private HttpClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await InboxServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), _folder["store"], Cancel);
        _client = new HttpClient { BaseAddress = _server.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task AnInboxWithoutAnyMessageSaysSo()
    {
        Assert.Contains("Nothing has arrived yet.", await _client.GetStringAsync("/", Cancel), StringComparison.Ordinal);
        Assert.Equal(0, (await JsonAsync("/api/messages")).GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task TheListIsPagedAndSearchedByAddress()
    {
        await StoreAsync([.. Enumerable.Range(1, 7).Select(n => ($"p{n % 2}@example.com", $"Subject: 第{n}封 <b>\r\n\r\nx\r\n"))]);

        var first = await JsonAsync("/api/messages?limit=3");
        Assert.Equal([7, 6, 5], Numbers(first));
        Assert.Equal((7, 5), (first.GetProperty("count").GetInt32(), first.GetProperty("next").GetInt32()));
        Assert.Equal([4, 3, 2], Numbers(await JsonAsync("/api/messages?limit=3&before=5")));
        var last = await JsonAsync("/api/messages?limit=3&before=2");
        Assert.Equal([1], Numbers(last));
        Assert.Equal(JsonValueKind.Null, last.GetProperty("next").ValueKind);
        Assert.Equal([7, 5], Numbers(await JsonAsync("/api/messages?to=P1@example.com&limit=2")));
        Assert.Equal([3, 1], Numbers(await JsonAsync("/api/messages?to=p1@example.com&before=5&limit=9999999999")));

        var page = await _client.GetStringAsync("/?limit=3", Cancel);
        Assert.Contains("<a href=\"/m/7\">&#x7B2C;7&#x5C01; &lt;b&gt;</a>", page, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/?before=5&amp;limit=3\">older</a>", page, StringComparison.Ordinal);
        Assert.Contains("There is none.", await _client.GetStringAsync("/?to=nobody@example.com", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMessageIsShownWithoutRunningAnythingOfIt()
    {
        const string html = "<p onclick=\"x()\">Hi</p><script>alert(1)</script><a href=\"https://shop.example/c/1\">shop</a>";
        await StoreAsync([("ann@example.com", $"From: Shop <shop@example.com>\r\nSubject: <script>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n")]);

        var page = await _client.GetStringAsync("/m/1", Cancel);
        Assert.Contains("<iframe src=\"/m/1/html\" sandbox=\"allow-popups\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"https://shop.example", page, StringComparison.Ordinal);
        Assert.Contains("<li>https://shop.example/c/1</li>", page, StringComparison.Ordinal);

        using var frame = await _client.GetAsync("/m/1/html", Cancel);
        Assert.Equal(html, (await frame.Content.ReadAsStringAsync(Cancel)).Trim());
        Assert.Contains("default-src 'none'", frame.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Contains("sandbox allow-popups", frame.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("text/plain; charset=utf-8", (await _client.GetAsync("/m/1/raw", Cancel)).Content.Headers.ContentType!.ToString());

        var message = await JsonAsync("/api/messages/1");
        Assert.Equal(["https://shop.example/c/1"], message.GetProperty("links").EnumerateArray().Select(l => l.GetString()));
        Assert.Equal("<script>", message.GetProperty("message").GetProperty("subject").GetString());
    }

    [Fact]
    public async Task WhatWasSentBackStandsAtItsMessage()
    {
        await StoreAsync([("ann@example.com", "Subject: a\r\n\r\nx\r\n"), ("+886912345678", "Subject: b\r\n\r\nx\r\n"), ("bob@example.com", "Subject: c\r\n\r\nx\r\n")]);
        using var log = SentBackLog.Open(_folder["store"], Assert.Fail);
        var at = new DateTimeOffset(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);
        log.Add(2, new SentBack { Kind = SentBack.Receipt, Status = "delivered", At = at, Taken = false, Code = 503, Answer = "Service <b>" });
        log.Add(3, new SentBack { Kind = "bounce", Status = "5.1.1", At = at, Taken = true, Code = 250, Answer = "ok" });
        log.Add(2, new SentBack { Kind = SentBack.Receipt, Status = "delivered", At = at.AddSeconds(1), Taken = true, Code = 204 });

        var list = (await JsonAsync("/api/messages")).GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("sent_back").EnumerateArray().ToList()).ToList();
        Assert.Equal([1, 2, 0], list.Select(sent => sent.Count));
        Assert.Equal(
            ["receipt delivered 2026-03-10T09:00:00+00:00 False 503 Service <b>", "receipt delivered 2026-03-10T09:00:01+00:00 True 204 "],
            list[1].Select(s => $"{s.GetProperty("kind")} {s.GetProperty("status")} {s.GetProperty("at")} {s.GetProperty("taken")} {s.GetProperty("code")} {s.GetProperty("answer")}"));
        Assert.Equal("5.1.1", (await JsonAsync("/api/messages/3")).GetProperty("message").GetProperty("sent_back")[0].GetProperty("status").GetString());

        var page = await _client.GetStringAsync("/", Cancel);
        Assert.Contains("<small class=\"s x\">receipt delivered: not taken (HTTP 503 Service &lt;b&gt;)</small><br><small class=\"s\">receipt delivered: taken (HTTP 204)</small>", page, StringComparison.Ordinal);
        Assert.Contains("<th>sent back</th><td>2026-03-10 09:00:00 UTC bounce 5.1.1: taken (SMTP 250 ok)</td>", await _client.GetStringAsync("/m/3", Cancel), StringComparison.Ordinal);
        Assert.DoesNotContain("sent back", await _client.GetStringAsync("/m/1", Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/m/2")]
    [InlineData("/m/0")]
    [InlineData("/m/99999999999999999999")]
    [InlineData("/m/x")]
    [InlineData("/m/1/other")]
    [InlineData("/api/messages/-1")]
    public async Task WhatIsNotThereIsNotFound(string path)
    {
        await StoreAsync([("a@example.com", "Subject: a\r\n\r\nx\r\n")]);
        using var answer = await _client.GetAsync(path, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData("evil.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost:8025", HttpStatusCode.OK)]
    [InlineData("[::1]:8025", HttpStatusCode.OK)]
    public async Task PagesOfOtherSitesCannotReadTheMail(string host, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/messages");
        request.Headers.Host = host;
        using var answer = await _client.SendAsync(request, Cancel);
        Assert.Equal(expected, answer.StatusCode);
    }

    private async Task StoreAsync((string To, string Content)[] messages)
    {
        await using var writer = MessageStoreWriter.Open(_folder["store"], durable: false);
        foreach (var (to, content) in messages)
        {
            await writer.AppendAsync(new ReceivedMessage { Sender = "bounce@example.com", Recipients = [to], Data = System.Text.Encoding.UTF8.GetBytes(content), ReceivedAt = DateTimeOffset.UnixEpoch, HelloName = "test" });
        }
    }

    private async Task<JsonElement> JsonAsync(string path) => JsonDocument.Parse(await _client.GetStringAsync(path, Cancel)).RootElement;

    private static IEnumerable<int> Numbers(JsonElement list) => list.GetProperty("messages").EnumerateArray().Select(m => m.GetProperty("number").GetInt32());
}
