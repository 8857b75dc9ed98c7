using CampaignEngine.Testing;
using CampaignEngine.Tracking;

namespace CampaignEngine.Tests.Tracking;

public sealed class KeycodeOwnersTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Fact]
    public async Task ACodeLeadsToCampaignDropCellAndPerson()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var accepted = new DateTimeOffset(2026, 3, 10, 9, 0, 5, TimeSpan.Zero);
        var mailing = await ArrangedMailing.FreezeAsync(
            database.Source, [new ArrangedPerson("17", "one@example.com", "ten-percent"), new ArrangedPerson("18", "two@example.com")], "spring-tea", "letter", "print", cancellationToken: cancellation);
        await mailing.OutcomeAsync(database.Source, "17", accepted);
        var owners = new KeycodeOwners(database.Source);

        var owner = await owners.FindAsync(mailing.MailingId, mailing.OrdinalOf("17"), cancellation);
        Assert.Equal(
            new KeycodeOwner(Keycodes.Of(mailing.MailingId, mailing.OrdinalOf("17")), "spring-tea", "letter", "print", "ten-percent", "17", false, new DateTimeOffset(2026, 3, 10, 9, 0, 0, TimeSpan.Zero), accepted), owner);
        Assert.Null((await owners.FindAsync(mailing.MailingId, mailing.OrdinalOf("18"), cancellation))!.ContactedAt);
        Assert.Null(await owners.FindAsync(mailing.MailingId, 999, cancellation));
    }
}
