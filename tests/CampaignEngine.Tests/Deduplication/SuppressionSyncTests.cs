using CampaignEngine.Customers;
using CampaignEngine.Deduplication;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Deduplication;

public sealed class SuppressionSyncTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly ContactPoints _contacts = new(new RecipientKeys(new InstallationKeys(new byte[32])), AddressRules.Plain, "DE");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryUsableEntryIsHashedOnceAndTheOlderOfTwoSpellingsStands()
    {
        await database.ExecuteAsync("TRUNCATE crm.suppressions; TRUNCATE engine.suppression");
        await database.ExecuteAsync(
            """
            INSERT INTO crm.suppressions (channel, address, scope, reason, since, source) VALUES
                ('email', 'Anna@Example.com', 'global', 'imported', '2025-02-01', 'list B'),
                ('email', ' anna@example.COM ', 'global', 'complaint', '2025-01-01', 'list A'),
                ('email', 'anna@example.com', 'brand:tea', 'imported', '2025-01-01', NULL),
                ('email', 'not an address', 'global', 'imported', '2025-01-01', NULL),
                ('sms', '0171 2345678', 'global', 'imported', '2025-01-01', NULL),
                ('call', '+49 171 2345678', 'global', 'imported', '2025-01-01', NULL)
            """);
        var sync = new SuppressionSync(database.Source, _contacts);
        Assert.Equal(new SuppressionCounts(5, 4, 1), await sync.RunOnceAsync(Cancellation));
        Assert.Equal(new SuppressionCounts(0, 0, 1), await sync.RunOnceAsync(Cancellation));

        var list = new Suppressions(database.Source);
        var anna = await list.FindAsync(_contacts.Normalise("email", "anna@example.com", null).Key!, "email", Cancellation);
        Assert.Equal(["global complaint list A", "brand:tea imported imported"], anna.OrderByDescending(e => e.Scope).Select(e => $"{e.Scope} {e.Reason} {e.Source}"));
        Assert.Single(await list.FindAsync(_contacts.Normalise("sms", "+491712345678", null).Key!, "sms", Cancellation));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM crm.suppressions WHERE NOT hashed"));
    }

    [Fact]
    public async Task MoreThanABatchGoesThroughAndUnusableEntriesDoNotHoldItUp()
    {
        await database.ExecuteAsync("TRUNCATE crm.suppressions; TRUNCATE engine.suppression");
        await database.ExecuteAsync("INSERT INTO crm.suppressions (channel, address) SELECT 'email', CASE WHEN n <= 5500 THEN 'bad ' || n ELSE 'p' || n || '@example.com' END FROM generate_series(1, 12000) n");
        Assert.Equal(new SuppressionCounts(6500, 6500, 5500), await new SuppressionSync(database.Source, _contacts).RunOnceAsync(Cancellation));
    }

    [Fact]
    public async Task AnOperatorsEntryKeepsItsFirstReason()
    {
        await database.ExecuteAsync("TRUNCATE engine.suppression");
        var list = new Suppressions(database.Source);
        var key = _contacts.Normalise("email", "operator@example.com", null).Key!;
        var entry = new SuppressionEntry("email", "global", "operator", new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero), "asked on the phone");
        Assert.True(await list.AddAsync(key, entry, Cancellation));
        Assert.False(await list.AddAsync(key, entry with { Source = "again" }, Cancellation));
        Assert.Equal([entry], await list.FindAsync(key, "email", Cancellation));
        Assert.Contains(entry, await list.LatestAsync("email", 10, Cancellation));
        Assert.DoesNotContain(entry, await list.LatestAsync("sms", 10, Cancellation));
    }
}
