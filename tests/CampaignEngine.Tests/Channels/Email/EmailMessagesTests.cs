using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Channels.Email;
using CampaignEngine.Customers;
using CampaignEngine.Dispatching;
using CampaignEngine.Rendering;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests.Channels.Email;

public sealed class EmailMessagesTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private InstallationKeys Keys => InstallationKeys.Load(database.WorkspaceDirectory);

    public async ValueTask InitializeAsync() => await database.ExecuteAsync("""
        TRUNCATE crm.customers RESTART IDENTITY CASCADE;
        INSERT INTO crm.customers (customer_no, first_name, email) VALUES ('C1', 'Zoë', 'zoe@x.test'), ('C2', E'Eve\r\nBcc: all@x.test', 'eve@x.test');
        """);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task BuildsAWholeMailWithTheSameIdOnEveryAttempt()
    {
        var first = await BuildAsync(Item("1"));
        var again = await BuildAsync(Item("1") with { Attempt = 2 });

        var mail = Encoding.ASCII.GetString(first.Message.Content.WrittenSpan);
        Assert.Equal("", first.Failure);
        Assert.Equal(("r", "bounces@shop.test", "zoe@x.test"), (first.Message.Route, first.Message.Sender, first.Message.Recipient));
        Assert.Contains("From: \"Tea House\" <tea@shop.test>\r\n", mail, StringComparison.Ordinal);
        Assert.Contains("To: <zoe@x.test>\r\n", mail, StringComparison.Ordinal);
        Assert.Contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", mail, StringComparison.Ordinal);
        Assert.Contains($"https://t.test/u/{ItemTokens.Of(Keys, [1]).Unsubscribe(7, 3)}>", mail.Replace("\r\n ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(Line(mail, "Message-ID:"), Line(Encoding.ASCII.GetString(again.Message.Content.WrittenSpan), "Message-ID:"));
        Assert.EndsWith("@shop.test>", Line(mail, "Message-ID:"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryMessageHasAReturnPathOfItsOwnWhereEngineYamlNamesADomain()
    {
        var (message, failure) = await BuildAsync(Item("1"), bounces: "bounces: { return_path: bounces.shop.test }");

        Assert.Equal("", failure);
        Assert.EndsWith("@bounces.shop.test", message.Sender, StringComparison.Ordinal);
        Assert.True(new ReturnPaths(ItemTokens.Of(Keys, [1]), "bounces.shop.test").TryRead(message.Sender, out var item));
        Assert.Equal(new ItemToken(7, 3, 0), item);
    }

    [Fact]
    public async Task DataCannotAddAHeader()
    {
        var (message, failure) = await BuildAsync(Item("2"));

        Assert.Equal("", failure);
        var headers = Encoding.ASCII.GetString(message.Content.WrittenSpan).Split("\r\n\r\n")[0];
        Assert.DoesNotContain("\r\nBcc:", headers, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Subject: Hello Eve Bcc: all@x.test\r\n", headers, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("99", "zoe@x.test", "customer 99 is not in the customer database any more")]
    [InlineData("1", "no address", "customer 1: the address is not one")]
    public async Task SaysWhyThereIsNoMessage(string key, string address, string expected)
    {
        var (message, failure) = await BuildAsync(Item(key) with { Address = address });

        Assert.Equal(expected, failure);
        Assert.Equal(0, message.Content.WrittenCount);
    }

    [Fact]
    public async Task ASenderThatIsGoneSkipsNobody()
    {
        var fault = await Assert.ThrowsAsync<MessagesUnavailableException>(() => BuildAsync(Item("1"), "gone"));

        Assert.Equal("tea/one is sent as 'gone', and engine.yaml has no sender of that name; add it under 'senders'", fault.Message);
    }

    private static string Line(string mail, string name) => mail.Split("\r\n").Single(l => l.StartsWith(name, StringComparison.Ordinal));

    private static SendItem Item(string key) => new() { Ordinal = 3, Attempt = 1, CustomerKey = key, RecipientKey = new byte[16], Address = key == "2" ? "eve@x.test" : "zoe@x.test" };

    private async Task<(OutgoingMessage Message, string Failure)> BuildAsync(SendItem item, string sender = "shop", string bounces = "")
    {
        var content = new MailingContent
        {
            Campaign = "tea", Marketing = true, Drop = "one", Channel = "email", Sender = sender, People = "customers", TemplateName = "email/a",
            Subject = "Hello {{ customer.first_name }}", Html = "<p>Hello {{ customer.first_name }} <a href=\"{{ unsubscribe_url }}\">stop</a></p>",
        };
        var at = new DateTimeOffset(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);
        var problems = new ProblemList();
        var settings = EngineLoader.Load("engine.yaml", Encoding.UTF8.GetBytes($$"""
            web: { base_url: https://t.test }
            routes: { r: { smtp: "x:25" } }
            senders: { shop: { from: Tea House <tea@shop.test>, route: r, return_path: bounces@shop.test } }
            {{bounces}}
            """), null, problems)!;
        var source = new EmailMessages(database.Source, Models.Crm, settings, Keys, TimeProvider.System);
        using var batch = await source.LoadAsync(new MailingToSend(7, "tea", "one", "email", at, at.AddHours(-1), content.ToJson()), [item], Token);
        var message = new OutgoingMessage();
        return (message, batch.TryBuild(item, message, out var failure) ? "" : failure);
    }
}
