using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Authoring;
using CampaignEngine.Rendering;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using CampaignEngine.Tracking;

namespace CampaignEngine.Tests.Rendering;

public sealed class MessageRendererTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly MessageUrls Urls = MessageUrls.Of("https://t.test", new ItemTokens(new byte[32]), 7);

    public async ValueTask InitializeAsync() => await database.ExecuteAsync("""
        TRUNCATE crm.order_lines, crm.orders, crm.complaints, crm.interactions, crm.consents, crm.customers, crm.households RESTART IDENTITY CASCADE;
        INSERT INTO crm.households (household_no, name) VALUES ('H1', 'The Lins');
        INSERT INTO crm.customers (customer_no, household_id, first_name, last_name, email, interests, time_zone, birth_date) VALUES
            ('C1', 1, 'Mei <b>', E'Lin\r\nBcc: all@x.test', 'mei@x.test', '{oolong,"black & red"}', 'Asia/Taipei', '1990-02-03'),
            ('C2', NULL, NULL, NULL, 'b@x.test', '{}', 'Nowhere/City', NULL);
        INSERT INTO crm.orders (order_no, customer_id, kind, ordered_at, amount, quantity, category)
            SELECT 'O' || n, 1, 'sale', '2026-01-01 20:00+00'::timestamptz + n * interval '1 day', n + 0.5, 1, 'tea' FROM generate_series(1, 60) AS n;
        """);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task RendersTheExampleWithTrackedLinksPixelAndUnsubscribeAddress()
    {
        var workspace = Workspace.Load(Repository.Root, environment: null);
        var campaign = workspace.Campaigns.Single(c => c.Name == "spring-tea");
        var problems = new ProblemList();
        var content = new TemplateStore(Repository.Root).Snapshot(campaign, campaign.Drops[0], workspace.Model!, workspace.Settings!, problems)!;
        Assert.Empty(problems.Items);

        var message = await RenderAsync(MailingContent.FromJson(content.ToJson()), "1", "ten-percent");

        var html = Encoding.UTF8.GetString(message.Html.Span);
        var text = Encoding.UTF8.GetString(message.Text.Span);
        Assert.Equal("Mei <b>, your oolong is running low", message.Subject);
        Assert.Contains("The spring harvest is in, Mei &lt;b&gt;", html, StringComparison.Ordinal);
        Assert.Contains("<strong>10% off</strong> until the end of the month with the code <strong>SPRING-10</strong>", html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{Click(1)}\"", html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{Click(2)}\"", html, StringComparison.Ordinal);
        Assert.DoesNotContain("https://shop.example", html, StringComparison.Ordinal);
        Assert.Equal(["https://shop.example/spring-harvest", "https://shop.example/brewing?tea=oolong&from=mail"], content.Links);
        Assert.Contains($"<img src=\"{Urls.Open!(3)}\"", html, StringComparison.Ordinal);
        Assert.True(html.IndexOf(Urls.Open(3), StringComparison.Ordinal) < html.IndexOf("</body>", StringComparison.Ordinal));
        Assert.Contains($" href=\"{Urls.Unsubscribe(3)}\">", html, StringComparison.Ordinal);
        Assert.Contains("12 Terrace Road", html, StringComparison.Ordinal);
        Assert.Contains("You last ordered in March 2026:", html, StringComparison.Ordinal);
        Assert.Contains($"See the harvest ({Click(1)})", text, StringComparison.Ordinal);
        Assert.DoesNotContain("color-scheme", text, StringComparison.Ordinal);
        Assert.Contains("mso-hide:all\">This spring&#39;s harvest is in: 10% off until", html, StringComparison.Ordinal);
        Assert.DoesNotContain("This spring's harvest is in", text, StringComparison.Ordinal);
        Assert.Equal(Urls.Unsubscribe(3), message.UnsubscribeUrl);
    }

    [Fact]
    public async Task AlmostNothingKnownOfAPersonStillMakesAMessage()
    {
        var workspace = Workspace.Load(Repository.Root, environment: null);
        foreach (var campaign in workspace.Campaigns)
        {
            foreach (var drop in campaign.Drops)
            {
                var content = new TemplateStore(Repository.Root).Snapshot(campaign, drop, workspace.Model!, workspace.Settings!, new ProblemList())!;

                var message = await RenderAsync(content, "2", campaign.Cells.Count == 0 ? null : campaign.Cells[0].Name);

                Assert.NotEqual(0, message.Text.Length);
                Assert.DoesNotContain("{{", Encoding.UTF8.GetString(message.Html.Span), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task SeesFieldsRelationsComputedFieldsAndTheNewestFiftyRows()
    {
        var message = await RenderAsync(Some.Content with
        {
            Text = """
                {{ customer.customer_no }} {{ customer.household.name }} {{ customer.order_count }} {{ customer.total_spent }} {{ customer.birth_date | date.to_string "%F" }}
                {{ customer.interests | array.join "," }} {{ orders.size }} {{ customer.orders.size }} {{ orders[0].order_no }} {{ orders[49].order_no }} {{ orders[0].amount }}
                {{ orders[0].ordered_at | date.to_string "%F %H:%M" }} {{ cell ?? "none" }} {{ campaign.title }} {{ drop }}
                """,
        }, "1");

        Assert.Equal("C1 The Lins 60 1860.00 1990-02-03\noolong,black & red 50 50 O60 O11 60.50\n2026-03-03 04:00 none Tea one", Plain(message).TrimEnd('\n'));
    }

    [Fact]
    public async Task ListsInListsLeadToTheProductOfALine()
    {
        await database.ExecuteAsync("""
            TRUNCATE crm.products, crm.order_lines RESTART IDENTITY CASCADE;
            INSERT INTO crm.products (product_no, name, url) VALUES ('P1', 'Alishan', 'https://shop.example/p1'), ('P2', 'Baozhong', NULL);
            INSERT INTO crm.order_lines (order_id, product_id, line_key, quantity, unit_price, amount)
                SELECT order_id, p.product_id, p.product_no, p.product_id, 1, p.product_id FROM crm.orders CROSS JOIN crm.products p WHERE order_no = 'O60';
            INSERT INTO crm.order_lines (order_id, line_key, quantity, unit_price, amount) SELECT order_id, 'loose', 1, 1, 1 FROM crm.orders WHERE order_no = 'O59';
            """);

        var message = await RenderAsync(Some.Content with
        {
            Text = "{{ for o in orders limit:3 }}{{ o.order_no }}:{{ for l in o.lines }} {{ l.quantity | math.format '0' }}x{{ l.product?.name ?? 'loose tea' }}{{ end }};{{ end }} {{ customer.orders[0].lines.size }}",
        }, "1");

        Assert.Equal("O60: 1xAlishan 2xBaozhong;O59: 1xloose tea;O58:; 2", Plain(message).TrimEnd('\n'));
    }

    [Fact]
    public async Task WordsFollowTheRecipientAndKeycodesLeadBackToTheItem()
    {
        await database.ExecuteAsync("UPDATE crm.customers SET language = 'de', country = 'AT' WHERE customer_id = 1");

        var message = await RenderAsync(Some.Content with
        {
            Language = "fr", Currency = "EUR",
            Text = "{{ language }} {{ 1234.5 | money }} {{ orders[0].ordered_at | local_date }} {{ orders[0].ordered_at | local_date 'time' }} {{ local_number 1234.5 }} {{ plural orders.size one:'# Bestellung' other:'# Bestellungen' }} {{ orders[0].ordered_at | date.to_string '%B' }} {{ money 2 'USD' language:'en-US' }} {{ keycode }} {{ view_online_url }} {{ preferences_url }}",
        }, "1");
        var other = await RenderAsync(Some.Content with { Language = "fr", Text = "{{ language }} {{ 1234.5 | local_number }} {{ customer.balance | money ?? '-' }}" }, "2");

        Assert.Equal($"de-AT € 1.234,50 3. März 2026 04:00 1 234,5 50 Bestellungen March $2.00 {Keycodes.Of(7, 3)} {Urls.ViewOnline(3)} {Urls.Preferences(3)}",
            Plain(message).Trim('\n').Replace('\u00a0', ' '));
        Assert.Equal("fr 1 234,5 -", Plain(other).Trim('\n').Replace('\u202f', ' '));
        Assert.True(Keycodes.TryRead(Urls.Keycode(3), out var mailing, out var ordinal));
        Assert.Equal((7, 3), (mailing, ordinal));
    }

    [Fact]
    public async Task ACellsOwnVariableStandsBeforeANameOfTheEngine()
    {
        var content = Some.Content with { Text = "{{ keycode }} {{ language }}", CellVars = new Dictionary<string, IReadOnlyDictionary<string, string>> { ["a"] = new Dictionary<string, string> { ["keycode"] = "SPRING", ["language"] = "tea" } } };

        Assert.Equal("SPRING tea", Plain(await RenderAsync(content, "1", "a")).TrimEnd('\n'));
    }

    [Fact]
    public async Task NoDataCanAddAHeaderLine()
    {
        var message = await RenderAsync(Some.Content with { Subject = "Dear {{ customer.last_name }}" }, "1");

        Assert.Equal("Dear Lin Bcc: all@x.test", message.Subject);
    }

    [Fact]
    public async Task AFaultForOnePersonIsAValueThatNamesThePlace()
    {
        var fault = await FaultAsync(Some.Content with { Text = "Hello\n{{ nothing.deep }}" }, "1");

        Assert.StartsWith("templates/sms/a.sbn-txt(2,", fault, StringComparison.Ordinal);
        Assert.Equal("the subject is empty for this person", await FaultAsync(Some.Content with { Subject = "{{ customer.first_name }}" }, "2"));
        Assert.Equal("the message is empty for this person", await FaultAsync(Some.Content with { Text = "{{ customer.first_name }}" }, "2"));
    }

    [Theory]
    [InlineData("{{ while true }}x{{ end }}")]
    [InlineData("{{ for i in 1..1000000000 }}{{ for j in 1..1000000000 }}x{{ end }}{{ end }}")]
    [InlineData("{{ func f; f; end; f }}")]
    public async Task ATemplateThatNeverEndsIsStopped(string template)
    {
        Assert.Contains("error", await FaultAsync(Some.Content with { Text = template }, "1"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceMessagesHaveNoPixelAndNoUnsubscribeAddress()
    {
        var content = Some.Content with { Marketing = false, Html = "<body><a href='https://x.test/a'>a</a></body>", Text = null, Links = ["https://x.test/a"] };

        var message = await RenderAsync(content, "1");

        Assert.Equal($"<body><a href='{Click(1)}'>a</a></body>", Encoding.UTF8.GetString(message.Html.Span));
        Assert.Null(message.UnsubscribeUrl);
        Assert.Empty(UnsubscribeHeaders.Of(message.UnsubscribeUrl, Some.Sender));
    }

    [Fact]
    public void UnsubscribeHeadersNameTheWebAddressAndTheMailbox()
    {
        Assert.Equal(
            [("List-Unsubscribe", "<https://t.test/u/abc>, <mailto:bye@x.test?subject=unsubscribe%20abc>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")],
            UnsubscribeHeaders.Of("https://t.test/u/abc", Some.Sender).Select(h => (h.Name, h.Value)));
    }

    [Fact]
    public async Task APreviewLeavesLinksAsTheyAreWritten()
    {
        var content = Some.Content with { Html = "<a href=\"https://x.test/?a=1&amp;b=2\">a</a> {{ link 'https://x.test/c' }}", Links = ["https://x.test/?a=1&b=2", "https://x.test/c"] };

        var message = await RenderAsync(content, "1", urls: MessageUrls.Preview("https://t.test"));

        Assert.Equal("<a href=\"https://x.test/?a=1&amp;b=2\">a</a> https://x.test/c", Encoding.UTF8.GetString(message.Html.Span).Trim());
    }

    [Fact]
    public async Task KeysThatCannotExistAreLeftOut()
    {
        var renderer = new MessageRenderer(Some.Content, Models.Crm, Urls, TimeZoneInfo.Utc, TimeProvider.System);
        await using var connection = await database.Source.OpenConnectionAsync(Token);

        var rows = await renderer.Reader(Models.Crm, Options).ReadAsync(connection, ["1", "99", "x'; DROP TABLE crm.customers; --", ""], Token);

        Assert.Equal(["1"], rows.Keys);
    }

    private static SelectionOptions Options => new() { Now = new DateTimeOffset(2026, 3, 10, 0, 0, 0, TimeSpan.Zero) };

    private static string Click(int link) => Encoding.UTF8.GetString(Urls.Click!(3, link).Span);

    private static string Plain(RenderedMessage message) => Encoding.UTF8.GetString(message.Text.Span);

    private async Task<RenderedMessage> RenderAsync(MailingContent content, string key, string? cell = null, MessageUrls? urls = null)
    {
        var (message, fault) = await TryAsync(content, key, cell, urls ?? Urls);
        Assert.Null(fault);
        return message;
    }

    private async Task<string> FaultAsync(MailingContent content, string key) => (await TryAsync(content, key, null, Urls)).Fault ?? "no fault";

    private async Task<(RenderedMessage Message, string? Fault)> TryAsync(MailingContent content, string key, string? cell, MessageUrls urls)
    {
        var renderer = new MessageRenderer(content, Models.Crm, urls, TimeZoneInfo.Utc, TimeProvider.System);
        await using var connection = await database.Source.OpenConnectionAsync(Token);
        var rows = await renderer.Reader(Models.Crm, Options).ReadAsync(connection, [key], Token);
        var message = new RenderedMessage();
        return (message, renderer.Render(rows[key], 3, cell, message, Token));
    }

    private static class Some
    {
        public static MailingContent Content => new()
        {
            Campaign = "tea", Title = "Tea", Marketing = true, Drop = "one", Channel = "sms", Sender = "shop", People = "customers", TemplateName = "sms/a", Text = "x",
        };

        public static SenderSettings Sender
        {
            get
            {
                Mailboxes.TryRead("bye@x.test", out var mailbox);
                return new SenderSettings { Name = "shop", From = mailbox, Route = "r", Unsubscribe = mailbox.Address };
            }
        }
    }
}
