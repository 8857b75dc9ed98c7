using System.Net;
using CampaignEngine.Deduplication;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Resolving;
using CampaignEngine.Scheduling;
using CampaignEngine.Testing;
using Dapper;

namespace CampaignEngine.Tests.Deduplication;

public sealed class MailDomainsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ADomainCountsToTheProviderWhoseHostsTakeItsMailAndIsAskedForOnce()
    {
        await PlanAsync("hosted", "a@gmail.com", "b@company.example", "c@COMPANY.example", "d@office.example", "e@own.example", "f@none.example", "g@bad_domain..example");
        using var dns = new TestDns(new Dictionary<string, string[]>(), new Dictionary<string, string[]>
        {
            ["company.example"] = ["alt1.aspmx.l.google.com", "aspmx.l.google.com"],
            ["office.example"] = ["office-example.mail.protection.outlook.com"],
            ["own.example"] = ["mail.notgoogle.com"],
        });
        var domains = Domains(dns.EndPoint);

        Assert.Null(await domains.LookUpForLaunchAsync("hosted", Token));
        Assert.Equal(4, dns.Questions);
        Assert.Null(await domains.LookUpForLaunchAsync("hosted", Token));
        Assert.Equal(4, dns.Questions);

        await using var connection = await database.Source.OpenConnectionAsync(Token);
        await connection.ExecuteAsync("CREATE TEMP TABLE frozen (address text, provider text, country text)");
        await connection.ExecuteAsync("INSERT INTO frozen (address) SELECT address FROM engine.list_person l JOIN engine.plan p USING (list_id) WHERE p.campaign = 'hosted'");
        var limited = MailboxProviders.Domains.Where(d => d.Value == "gmail").ToDictionary();
        await new FrozenGroups(limited, TimeZoneInfo.Utc) { KnownDomains = [.. MailboxProviders.Domains.Keys] }.AssignAsync(connection, "email", new SendingHours(), Token);
        Assert.Equal(["a@gmail.com", "b@company.example", "c@COMPANY.example"], await connection.QueryAsync<string>("SELECT address FROM frozen WHERE provider = 'gmail' ORDER BY address"));
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM frozen WHERE provider <> 'gmail'"));
    }

    [Fact]
    public async Task WithoutDnsTheListOfDomainsCountsAndNothingWaitsLong()
    {
        await PlanAsync("away", [.. Enumerable.Range(1, 500).Select(n => $"a@away{n}.example")]);

        var said = await new MailDomains(database.Database, MailboxProviders.Domains, new DnsLookup([new IPEndPoint(IPAddress.Loopback, 9)], TimeSpan.FromMilliseconds(20), TimeProvider.System), TimeProvider.System)
            .LookUpForLaunchAsync("away", Token);

        Assert.StartsWith("of 500 of 500 domains it is not known who takes their mail (127.0.0.1:9: ", said, StringComparison.Ordinal);
        Assert.EndsWith("; they count by the list of domains, and are asked for again next time", said, StringComparison.Ordinal);
        Assert.Equal(0, await database.ScalarAsync<long>("SELECT count(*) FROM engine.mail_domain WHERE domain LIKE 'away%'"));
    }

    [Theory]
    [InlineData("aspmx.l.google.com", "gmail")]
    [InlineData("a-b.mail.protection.outlook.com", "microsoft")]
    [InlineData("mta5.am0.yahoodns.net", "yahoo")]
    [InlineData("notgoogle.com", null)]
    [InlineData("google.com.evil.example", null)]
    [InlineData("", null)]
    public void AProviderIsKnownByTheEndOfItsHostsNames(string host, string? provider) => Assert.Equal(provider, MailboxProviders.OfMailHost(host));

    private MailDomains Domains(IPEndPoint server) => new(database.Database, MailboxProviders.Domains, new DnsLookup([server], TimeSpan.FromSeconds(10), TimeProvider.System), TimeProvider.System);

    private async Task PlanAsync(string campaign, params string[] addresses)
    {
        await using var connection = await database.Source.OpenConnectionAsync(Token);
        var list = await connection.ExecuteScalarAsync<long>("INSERT INTO engine.list (campaign, universe, net, control, list_hash) VALUES (@campaign, 1, 1, 0, '') RETURNING list_id", new { campaign });
        await connection.ExecuteAsync("SELECT engine.add_list(@list)", new { list });
        await connection.ExecuteAsync("INSERT INTO engine.list_person (list_id, customer_key, reason, address) SELECT @list, n, 'contact', a FROM unnest(@addresses) WITH ORDINALITY AS p (a, n)", new { list, addresses });
        await connection.ExecuteAsync(
            "INSERT INTO engine.plan (campaign, plan_hash, definition_hash, definition_file, definition_yaml, templates, list_id, document) VALUES (@campaign, md5(random()::text), '', '', '', '{}', @list, '{}')",
            new { campaign, list });
    }
}
