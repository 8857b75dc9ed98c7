using System.Net;
using System.Text.RegularExpressions;
using CampaignEngine.Tracking;

namespace CampaignEngine.Web.Tests.Endpoints;

public sealed class TrackingEndpointsTests(TrackingFixture site) : IClassFixture<TrackingFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private int Mailing => site.Mailing.MailingId;

    [Fact]
    public async Task AClickLeadsToTheLinkOfTheMailingAndIsStoredBeforeTheAnswer()
    {
        // A second of its own: clicks of one person on one link in one second are one event, whichever test made them.
        site.Clock.Now = site.Clock.Now.AddSeconds(2);
        var ordinal = site.Mailing.OrdinalOf("1");
        var before = await CountAsync("kind = 'click' AND NOT machine");
        Assert.Equal(TrackingFixture.Shop, (await site.Visitor.ClickAsync(Mailing, ordinal, 1, Cancellation))?.OriginalString);
        Assert.Equal(before + 1, await CountAsync("kind = 'click' AND NOT machine"));

        // The same click handed in again within the second is the same click.
        await site.Visitor.ClickAsync(Mailing, ordinal, 1, Cancellation);
        Assert.Equal(before + 1, await CountAsync("kind = 'click' AND NOT machine"));
    }

    [Fact]
    public async Task TheAddressNeverComesFromTheRequest()
    {
        var click = site.Addresses.Click(Mailing, site.Mailing.OrdinalOf("1"), 1);
        foreach (var tail in (string[])["?url=https://evil.example", "?to=//evil.example&1=2", "?%0d%0aLocation:%20https://evil.example"])
        {
            using var response = await site.Client.GetAsync(click + tail, Cancellation);
            Assert.Equal(TrackingFixture.Shop, response.Headers.Location?.OriginalString);
        }
    }

    [Theory]
    [InlineData(4)] // javascript:
    [InlineData(5)] // line breaks
    [InlineData(6)] // no such link
    public async Task AnAddressThatIsNoPlainWebAddressLeadsNowhere(int link)
    {
        using var response = await site.Client.GetAsync(site.Addresses.Click(Mailing, site.Mailing.OrdinalOf("1"), link), Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Null(response.Headers.Location);
        Assert.False(response.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task AnInternationalAddressIsSentInAscii()
    {
        var location = await site.Visitor.ClickAsync(Mailing, site.Mailing.OrdinalOf("1"), 3, Cancellation);
        Assert.Equal("https://xn--tglich-bua.example/tee?q=%C3%B6l", location?.OriginalString);
    }

    [Fact]
    public async Task ForgedDamagedAndForeignTokensGetTheNeutralPage()
    {
        var ordinal = site.Mailing.OrdinalOf("1");
        var good = site.Tokens.Click(Mailing, ordinal, 1);
        var pages = new HashSet<string>();
        foreach (var path in (string[])[
            "/c/" + good[..^1], "/c/" + good + "A", "/c/" + (good[0] == 'A' ? 'B' : 'A') + good[1..], "/c/" + site.Tokens.Open(Mailing, ordinal),
            "/c/" + site.Tokens.Click(2_000_000, 1, 1), "/u/" + good, "/u/" + site.Tokens.Unsubscribe(Mailing, 999_999), "/o/" + good + ".gif", "/c/", "/", "/c/a/b",
            "/c/%0d%0aLocation:%20x", "/c/..%2f..%2fetc", "/u/<script>alert(1)</script>"])
        {
            using var response = await site.Client.GetAsync(path, Cancellation);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
            pages.Add(await response.Content.ReadAsStringAsync(Cancellation));
        }

        Assert.Single(pages);
        using var post = await site.Client.PostAsync("/u/" + good, null, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, post.StatusCode);
    }

    [Fact]
    public async Task AnythingFetchedWithGetOrHeadChangesNobodysState()
    {
        var before = await StateAsync();
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Head, HttpMethod.Options])
        {
            for (var n = 1; n <= 5; n++)
            {
                var ordinal = site.Mailing.OrdinalOf($"{n}");
                foreach (var address in (string[])[site.Addresses.Click(Mailing, ordinal, 1), site.Addresses.Click(Mailing, ordinal, 2), site.Addresses.Open(Mailing, ordinal), site.Addresses.Unsubscribe(Mailing, ordinal)])
                {
                    await site.Visitor.FetchAsync(method, address, Cancellation);
                    await site.Visitor.FetchAsync(method, address + "?confirm=yes&List-Unsubscribe=One-Click", Cancellation);
                }
            }
        }

        Assert.Equal(before, await StateAsync());
    }

    [Fact]
    public async Task HeadIsAnsweredLikeGetAndKeptAsAMachines()
    {
        site.Clock.Now = site.Clock.Now.AddSeconds(2);
        var ordinal = site.Mailing.OrdinalOf("2");
        var persons = await CountAsync("NOT machine");
        var heads = await CountAsync($"machine_reason = 'HEAD request' AND ordinal = {ordinal}");
        Assert.Equal(302, await site.Visitor.FetchAsync(HttpMethod.Head, site.Addresses.Click(Mailing, ordinal, 1), Cancellation));
        Assert.Equal(200, await site.Visitor.FetchAsync(HttpMethod.Head, site.Addresses.Open(Mailing, ordinal), Cancellation));
        Assert.Equal(200, await site.Visitor.FetchAsync(HttpMethod.Head, site.Addresses.Unsubscribe(Mailing, ordinal), Cancellation));
        Assert.Equal(persons, await CountAsync("NOT machine"));
        Assert.Equal(heads + 2, await CountAsync($"machine_reason = 'HEAD request' AND ordinal = {ordinal}"));
    }

    [Theory]
    [InlineData("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "user agent: googlebot")]
    [InlineData("python-requests/2.31", "user agent: python-requests")]
    [InlineData("", "no user agent")]
    public async Task KnownMachinesAreMarkedWithTheReason(string agent, string reason)
    {
        var ordinal = site.Mailing.OrdinalOf("3");
        site.Clock.Now = site.Clock.Now.AddSeconds(2);
        await site.Visitor.ClickAsync(Mailing, ordinal, 2, Cancellation, agent);
        await site.FlushAsync();
        Assert.Contains(reason, await site.ScalarAsync<string>($"SELECT string_agg(machine_reason, '|') FROM engine.event WHERE ordinal = {ordinal}"));
    }

    [Fact]
    public async Task UnsubscribingTakesAPostActsAtOnceAndTwiceIsOnce()
    {
        var ordinal = site.Mailing.OrdinalOf("4");
        var address = site.Addresses.Unsubscribe(Mailing, ordinal);
        var page = await site.Client.GetStringAsync(address, Cancellation);
        Assert.Contains("<form method=\"post\"", page);
        Assert.Contains("p&#x2026;@example.com", page);
        Assert.DoesNotContain("p4@", page);

        Assert.True(await site.Visitor.UnsubscribeAsync(Mailing, ordinal, Cancellation));
        var state = await StateAsync();
        Assert.True(await site.Visitor.UnsubscribeAsync(Mailing, ordinal, Cancellation));
        Assert.Equal(state, await StateAsync());

        Assert.Equal("email|global|unsubscribed", await site.ScalarAsync<string>(
            $"SELECT channel || '|' || scope || '|' || reason FROM engine.suppression JOIN engine.mailing_item USING (recipient_key) WHERE ordinal = {ordinal}"));
        Assert.Equal("withdrawn", await site.ScalarAsync<string>("SELECT email_consent FROM crm.customers WHERE customer_id = 4"));
        Assert.Equal(1, await CountAsync($"kind = 'unsubscribe' AND ordinal = {ordinal}"));
        Assert.Contains("You are unsubscribed", await site.Client.GetStringAsync(address, Cancellation));
    }

    [Theory]
    [InlineData("de-AT", "fr", "de", "Abmelden")]
    [InlineData("fr", "", "fr", "Me d&#xE9;sabonner")]
    [InlineData("NL", "", "nl", "Afmelden")]
    [InlineData("es_MX", "", "es", "Darme de baja")]
    [InlineData("zh-TW", "", "zh-Hant", "&#x53D6;&#x6D88;&#x8A02;&#x95B1;")]
    [InlineData("zh-Hans-SG", "", "zh-Hans", "&#x53D6;&#x6D88;&#x8BA2;&#x9605;")]
    [InlineData("fi", "sv, nl;q=0.5, de;q=0.8, fr;q=0", "de", "Abmelden")]
    [InlineData(null, "es-AR", "es", "Darme de baja")]
    [InlineData(null, "???", "en", "Unsubscribe")]
    public async Task ThePageSpeaksTheRecipientsLanguageThenTheBrowsersThenEnglish(string? own, string browser, string language, string button)
    {
        await site.ExecuteAsync($"UPDATE crm.customers SET language = {(own is null ? "NULL" : $"'{own}'")} WHERE customer_id = 3");
        using var request = new HttpRequestMessage(HttpMethod.Get, site.Addresses.Unsubscribe(Mailing, site.Mailing.OrdinalOf("3")));
        request.Headers.TryAddWithoutValidation("Accept-Language", browser);

        using var answer = await site.Client.SendAsync(request, Cancellation);

        var page = await answer.Content.ReadAsStringAsync(Cancellation);
        Assert.Contains($"<html lang=\"{language}\">", page, StringComparison.Ordinal);
        Assert.Contains($">{button}</button>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("{0}", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ForeignTextOnAPageIsEncoded()
    {
        var page = await site.Client.GetStringAsync(site.Addresses.Unsubscribe(Mailing, site.Mailing.OrdinalOf("5")), Cancellation);
        Assert.DoesNotContain("<script", page);
        Assert.Matches(new Regex("<b>&lt;.*@example.com</b>"), page);
    }

    [Fact]
    public async Task EveryAnswerCarriesTheStrictHeadersAndNoCookie()
    {
        var ordinal = site.Mailing.OrdinalOf("1");
        foreach (var address in (string[])[site.Addresses.Click(Mailing, ordinal, 1), site.Addresses.Open(Mailing, ordinal), site.Addresses.Unsubscribe(Mailing, ordinal), "/healthz", "/nothing"])
        {
            using var response = await site.Client.GetAsync(address, Cancellation);
            var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
            Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy);
            Assert.DoesNotContain("unsafe", policy);
            Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
            Assert.False(response.Headers.Contains("Set-Cookie"));
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task TheStyleOfThePageIsTheOneThePolicyAllows()
    {
        using var response = await site.Client.GetAsync("/nothing", Cancellation);
        var page = await response.Content.ReadAsStringAsync(Cancellation);
        var style = Regex.Match(page, "<style>(.*)</style>").Groups[1].Value;
        var hash = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(style)));
        Assert.Contains($"'sha256-{hash}'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
        Assert.DoesNotContain("style=", page);
        Assert.DoesNotContain("<script", page);
    }

    [Fact]
    public async Task AHugeOrOddBodyDoesNotStopAnybodyFromUnsubscribing()
    {
        var address = site.Addresses.Unsubscribe(Mailing, site.Mailing.OrdinalOf("2"));
        using var odd = new ByteArrayContent([0, 255, 13, 10]);
        using var response = await site.Client.PostAsync(address, odd, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task HealthSaysWhetherTheDatabaseAnswers() => Assert.Equal("ok\n", await site.Client.GetStringAsync("/healthz", Cancellation));

    private async Task<int> CountAsync(string where)
    {
        await site.FlushAsync();
        return await site.ScalarAsync<int>($"SELECT count(*)::int FROM engine.event WHERE {where}");
    }

    private Task<string> StateAsync() => site.ScalarAsync<string>(
        """
        SELECT concat_ws('|', (SELECT count(*) FROM engine.suppression), (SELECT count(*) FROM crm.consents), (SELECT count(*) FROM engine.event WHERE kind = 'unsubscribe'),
                         (SELECT string_agg(email_consent, ',' ORDER BY customer_id) FROM crm.customers))
        """);
}
