using CampaignEngine.Database;
using CampaignEngine.Deduplication;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Scheduling;
using CampaignEngine.Testing;
using Dapper;
using Npgsql;

namespace CampaignEngine.Tests.Deduplication;

/// <summary>Who gets a chunk apart because of a law or a limit.</summary>
public sealed class FrozenGroupsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    // A Saturday, 21:30 UTC.
    private static readonly DateTimeOffset Saturday = new(2026, 3, 7, 21, 30, 0, TimeSpan.Zero);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PeopleOfCountriesWithHoursByLawWaitForThem()
    {
        var groups = new FrozenGroups(new Dictionary<string, string>(), TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo"));
        var people = await AssignAsync(groups, "sms", new SendingHours { Legal = true },
            ("+33612345678", "Europe/Paris"), ("+33612345679", null), ("+12125550123", "America/New_York"), ("+14165550123", "America/Toronto"), ("+886912345678", "Asia/Taipei"), ("no number", null));

        Assert.Equal(
            [
                ("+33612345678", "FR", null, new DateTimeOffset(2026, 3, 9, 7, 0, 0, TimeSpan.Zero)),
                ("+33612345679", "FR", null, new DateTimeOffset(2026, 3, 8, 23, 0, 0, TimeSpan.Zero)), // without a zone: the engine's
                ("+12125550123", "US", null, Saturday),
                ("+14165550123", null, null, Saturday),
                ("+886912345678", null, null, Saturday),
                ("no number", null, null, Saturday),
            ],
            people);
    }

    [Fact]
    public async Task PeopleOfProvidersWithALimitAreTogether()
    {
        var groups = new FrozenGroups(MailboxProviders.Domains.Where(d => d.Value is "gmail" or "united-internet").ToDictionary(), TimeZoneInfo.Utc);
        var people = await AssignAsync(groups, "email", new SendingHours(), ("a@GMAIL.com", null), ("b@googlemail.com", null), ("\"c@gmail.com\"@web.de", null), ("d@yahoo.com", null), ("e@notgmail.com", null));

        Assert.Equal(["gmail", "gmail", "united-internet", null, null], people.Select(p => p.Provider));
        Assert.All(people, p => Assert.Equal((null, Saturday), (p.Country, p.NotBefore)));
    }

    private async Task<List<(string Address, string? Country, string? Provider, DateTimeOffset NotBefore)>> AssignAsync(
        FrozenGroups groups, string channel, SendingHours hours, params (string Address, string? Zone)[] people)
    {
        await using var connection = await database.Source.OpenConnectionAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await connection.ExecuteAsync(SqlFile.Load<MailingFreezer>("CreateFrozen"));
        await connection.ExecuteAsync(
            "INSERT INTO frozen (customer_key, recipient_key, address, not_before, zone) VALUES (@n, sha256(@address::bytea), @address, @at, @zone)",
            people.Select((p, n) => new { n = n.ToString(System.Globalization.CultureInfo.InvariantCulture), address = p.Address, at = Saturday.UtcDateTime, zone = p.Zone }));
        await groups.AssignAsync(connection, channel, hours, Token);
        return [.. await connection.QueryAsync<(string, string?, string?, DateTimeOffset)>("SELECT address, country, provider, not_before FROM frozen ORDER BY customer_key")];
    }
}
