using System.Net;
using System.Text.RegularExpressions;
using CampaignEngine.Rendering;
using CampaignEngine.Rendering.Images;
using CampaignEngine.Tracking;

namespace CampaignEngine.Web.Tests.Endpoints;

public sealed class RecipientPagesTests(TrackingFixture site) : IClassFixture<TrackingFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private int Mailing => site.Mailing.MailingId;

    [Fact]
    public async Task ThePreferencePageShowsWhatHoldsAndChangesNothingWhenFetched()
    {
        var before = await CountAsync("SELECT (SELECT count(*) FROM crm.consents) + (SELECT count(*) FROM engine.suppression) + (SELECT count(*) FROM engine.event)");
        var address = site.Addresses.Preferences(Mailing, site.Mailing.OrdinalOf("3"));

        using var response = await site.Client.GetAsync(address, Cancellation);
        var html = await response.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal(200, await site.Visitor.FetchAsync(HttpMethod.Head, address, Cancellation));

        Assert.Contains("value=\"email:marketing\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("sms:marketing", html, StringComparison.Ordinal);
        Assert.Equal(before, await CountAsync("SELECT (SELECT count(*) FROM crm.consents) + (SELECT count(*) FROM engine.suppression) + (SELECT count(*) FROM engine.event)"));
    }

    [Fact]
    public async Task ConsentIsGrantedAndWithdrawnByTheFormAndEveryStatementStays()
    {
        const string consents = "SELECT count(*) FROM crm.consents WHERE customer_id = 1";
        const string suppressed = "SELECT count(*) FROM engine.suppression s JOIN engine.mailing_item i USING (recipient_key) WHERE i.customer_key = '1'";
        await site.ExecuteAsync("UPDATE crm.customers SET mobile = '+886912345678' WHERE customer_id = 1");

        Assert.Contains("value=\"email:marketing\" checked", await SaveAsync("1", "email:marketing"), StringComparison.Ordinal);
        Assert.Equal("granted unknown", await TextAsync("SELECT email_consent || ' ' || sms_consent FROM crm.customers WHERE customer_id = 1"));
        Assert.Equal((1L, 0L), (await CountAsync(consents), await CountAsync(suppressed)));

        // The same choice again states nothing new.
        await SaveAsync("1", "email:marketing");
        Assert.Equal(1, await CountAsync(consents));

        await SaveAsync("1", "sms:marketing");
        Assert.Equal("withdrawn granted", await TextAsync("SELECT email_consent || ' ' || sms_consent FROM crm.customers WHERE customer_id = 1"));
        Assert.Equal((3L, 1L), (await CountAsync(consents), await CountAsync(suppressed)));

        await SaveAsync("1", "sms:marketing", "email:marketing");
        Assert.Equal("granted granted", await TextAsync("SELECT email_consent || ' ' || sms_consent FROM crm.customers WHERE customer_id = 1"));
        Assert.Equal((4L, 0L), (await CountAsync(consents), await CountAsync(suppressed)));
    }

    [Fact]
    public async Task GrantingAgainLiftsNoOtherReason()
    {
        await site.ExecuteAsync("INSERT INTO engine.suppression (recipient_key, channel, scope, reason, source) SELECT recipient_key, 'email', 'global', 'hard_bounce', 'test' FROM engine.mailing_item WHERE customer_key = '2'");

        await SaveAsync("2", "email:marketing");

        Assert.Equal(1, await CountAsync("SELECT count(*) FROM engine.suppression WHERE reason = 'hard_bounce'"));
    }

    [Fact]
    public async Task ABarePostAndInventedChannelsChangeNothing()
    {
        var before = await CountAsync("SELECT count(*) FROM crm.consents WHERE customer_id = 4");
        var address = site.Addresses.Preferences(Mailing, site.Mailing.OrdinalOf("4"));
        using (var bare = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]))
        using (var response = await site.Client.PostAsync(address, bare, Cancellation))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await SaveAsync("4", "fax:marketing", "email", ":", "sms:marketing");

        Assert.Equal(before, await CountAsync("SELECT count(*) FROM crm.consents WHERE customer_id = 4"));
    }

    [Fact]
    public async Task AMessageIsShownAgainWithoutPixelAndInASandbox()
    {
        var logo = new MessageImage("logo.gif", "image/gif", "GIF89a"u8.ToArray());
        var content = new MailingContent
        {
            Campaign = "tea", Marketing = true, Drop = "one", Channel = "email", Sender = "shop", People = "customers", TemplateName = "email/a",
            Html = $"<body><img src=\"cid:{logo.ContentId}\"><p>Customer {{{{ customer.id }}}}, code {{{{ keycode }}}}</p><a href=\"https://shop.example/b\">b</a> <a href=\"{{{{ preferences_url }}}}\">p</a></body>", Links = ["https://shop.example/b"],
            Images = [logo],
        };
        await site.ExecuteAsync($"UPDATE engine.mailing SET definition = '{content.ToJson().Replace("'", "''", StringComparison.Ordinal)}' WHERE mailing_id = {Mailing}");
        var ordinal = site.Mailing.OrdinalOf("2");

        using var response = await site.Client.GetAsync(site.Addresses.ViewOnline(Mailing, ordinal), Cancellation);
        var html = await response.Content.ReadAsStringAsync(Cancellation);

        Assert.Contains($"<p>Customer 2, code {Keycodes.Of(Mailing, ordinal)}</p>", html, StringComparison.Ordinal);
        Assert.Contains($"/p/{site.Tokens.Preferences(Mailing, ordinal)}\"", html, StringComparison.Ordinal);
        Assert.Contains($"/c/{site.Tokens.Click(Mailing, ordinal, 1)}\"", html, StringComparison.Ordinal);
        Assert.Equal(["<img src=\"data:image/gif;base64,R0lGODlh\">"], Regex.Matches(html, "<img[^>]*>").Select(m => m.Value));
        Assert.Contains("sandbox", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync($"SELECT count(*) FROM engine.event WHERE kind = 'view_online' AND ordinal = {ordinal}"));
    }

    [Fact]
    public async Task ATokenOfOnePurposeOpensNoOtherPage()
    {
        var ordinal = site.Mailing.OrdinalOf("1");
        foreach (var address in (string[])[
            $"/p/{site.Tokens.Unsubscribe(Mailing, ordinal)}", $"/v/{site.Tokens.Preferences(Mailing, ordinal)}", $"/u/{site.Tokens.Preferences(Mailing, ordinal)}",
            $"/p/{site.Tokens.Preferences(Mailing, 999)}", $"/v/{site.Tokens.ViewOnline(Mailing + 1, ordinal)}", "/p/preview", "/v/preview"])
        {
            Assert.Equal(404, await site.Visitor.FetchAsync(HttpMethod.Get, new Uri(site.Client.BaseAddress!, address).ToString(), Cancellation));
        }
    }

    [Fact]
    public async Task TheDatabaseReadsKeycodesAsTheProgramWritesThem()
    {
        foreach (var (mailing, ordinal) in ((int, int)[])[(1, 1), (7, 31), (31, 1_000_000), (961, 12_345), (int.MaxValue, int.MaxValue)])
        {
            var code = Keycodes.Of(mailing, ordinal);
            Assert.Equal($"{mailing} {ordinal}", await TextAsync($"SELECT mailing_id || ' ' || ordinal FROM engine.keycode_item('{code.ToLowerInvariant().Replace('-', ' ')}')"));
            var wrong = (code[0] == '9' ? '8' : '9') + code[1..];
            Assert.Equal(0, await CountAsync($"SELECT count(*) FROM engine.keycode_item('{wrong}')"));
        }

        Assert.Equal(0, await CountAsync($"SELECT count(*) FROM unnest(ARRAY['', '3', 'SPRING-10', '{Keycodes.Preview}', 'é333', repeat('Z', 40)]) c, engine.keycode_item(c)"));
    }

    private async Task<string> SaveAsync(string customer, params string[] wanted)
    {
        site.Clock.Now = site.Clock.Now.AddSeconds(1);
        using var form = new FormUrlEncodedContent([.. wanted.Select(w => new KeyValuePair<string, string>("want", w)), new("save", "yes")]);
        using var response = await site.Client.PostAsync(site.Addresses.Preferences(Mailing, site.Mailing.OrdinalOf(customer)), form, Cancellation);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync(Cancellation);
    }

    [Fact]
    public async Task ADoubleOptInTakesThePagesOwnButtonAndKeepsItsEvidence()
    {
        await site.ExecuteAsync("UPDATE crm.customers SET email_consent = 'unknown' WHERE customer_id = 1; DELETE FROM crm.consents WHERE customer_id = 1; DELETE FROM engine.suppression");
        var ordinal = site.Mailing.OrdinalOf("1");
        var address = site.Addresses.OptIn(Mailing, ordinal);
        const string Granted = "SELECT count(*) FROM crm.consents WHERE customer_id = 1 AND source = 'double opt-in'";

        Assert.Contains("p&#x2026;@example.com", await site.Client.GetStringAsync(address, Cancellation), StringComparison.Ordinal);
        Assert.Equal(200, await site.Visitor.FetchAsync(HttpMethod.Head, address + "?grant=yes", Cancellation));
        using (var bare = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]))
        using (var refused = await site.Client.PostAsync(address, bare, Cancellation))
        {
            Assert.Contains("Confirm your subscription", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        Assert.Equal(0, await CountAsync(Granted));
        for (var n = 0; n < 2; n++)
        {
            using var form = new FormUrlEncodedContent([new("grant", "yes")]);
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = form };
            request.Headers.Add("User-Agent", "Person/1.0");
            request.Headers.Add("X-Forwarded-For", "192.0.2.1, 198.51.100.77");
            using var response = await site.Client.SendAsync(request, Cancellation);
            Assert.Contains("You are subscribed", await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        }

        Assert.Equal(1, await CountAsync(Granted));
        Assert.Equal("granted", await site.ScalarAsync<string>("SELECT email_consent FROM crm.customers WHERE customer_id = 1"));
        Assert.Equal($"p1@example.com Person/1.0 198.51.100.0/24 {Mailing} {ordinal} true", await site.ScalarAsync<string>(
            "SELECT concat_ws(' ', evidence->>'address', evidence->>'agent', evidence->>'network', evidence->>'mailing', evidence->>'item', (evidence ? 'asked_at')::text) FROM crm.consents WHERE source = 'double opt-in'"));
    }

    [Fact]
    public async Task AnAddressThatIsNoLongerThePersonsGrantsNothing()
    {
        await site.ExecuteAsync("UPDATE crm.customers SET email = 'new@example.com' WHERE customer_id = 2");
        using var form = new FormUrlEncodedContent([new("grant", "yes")]);
        using var response = await site.Client.PostAsync(site.Addresses.OptIn(Mailing, site.Mailing.OrdinalOf("2")), form, Cancellation);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(0, await CountAsync("SELECT count(*) FROM crm.consents WHERE customer_id = 2 AND source = 'double opt-in'"));
        await site.ExecuteAsync("UPDATE crm.customers SET email = 'p2@example.com' WHERE customer_id = 2");
    }

    private async Task<long> CountAsync(string sql)
    {
        await site.FlushAsync();
        await using var command = site.Source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    private async Task<string> TextAsync(string sql)
    {
        await using var command = site.Source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync(Cancellation) ?? "");
    }
}
