using CampaignEngine.Customers;
using CampaignEngine.Deduplication;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Bounces;

namespace CampaignEngine.Tests.Tracking.Bounces;

/// <summary>266 published mails about mail, with what two other programs agree about each recipient.</summary>
public sealed class PublishedBouncesTests
{
    [Fact]
    public async Task HardAndReasonAgreeWithWhatIsPublishedAboutEachRecipient()
    {
        var rows = await RowsAsync();
        var expected = Expected();
        var hard = expected.Count(e => rows.TryGetValue((e.File, e.Index), out var row) && row.Hard == e.Hard);
        var reason = expected.Count(e => rows.TryGetValue((e.File, e.Index), out var row) && row.Reason == e.Reason);

        Assert.InRange(hard / (double)expected.Count, 0.98, 1);
        Assert.InRange(reason / (double)expected.Count, 0.97, 1);
    }

    [Fact]
    public async Task EveryRecipientIsFoundAndNoneIsMadeUp()
    {
        var rows = await RowsAsync();

        Assert.Equal(Expected().Select(e => (e.File, e.Index)).Order(), rows.Keys.Order());
    }

    [Fact]
    public async Task NothingThatIsNoBounceIsCalledOne()
    {
        var rows = await RowsAsync();
        var none = Expected().Where(e => e.Reason is "vacation" or "delivered" or "feedback").ToList();

        Assert.NotEmpty(none);
        Assert.All(none, e => Assert.Equal(e.Reason, rows[(e.File, e.Index)].Class));
    }

    private static async Task<Dictionary<(string File, int Index), BounceRow>> RowsAsync()
    {
        var keys = new InstallationKeys(new byte[32]);
        var proof = new BounceProof(new ReturnPaths(ItemTokens.Of(keys, [1]), "x.test"), MessageIds.Of(keys, ""));
        var files = new BounceFiles(new BounceIntake(BounceRules.BuiltIn, proof, new ContactPoints(new RecipientKeys(keys), AddressRules.Plain, null), TimeProvider.System), null);
        var rows = new Dictionary<(string, int), BounceRow>();
        await foreach (var (row, _) in files.ReadAsync(SharedData.Require("bounces/emails.tar.gz"), TestContext.Current.CancellationToken))
        {
            rows.Add((row.File[(row.File.LastIndexOf('/') + 1)..], row.Index), row);
        }

        return rows;
    }

    private static List<(string File, int Index, string Reason, bool Hard)> Expected() =>
        [.. File.ReadLines(SharedData.Require("bounces/expected.csv")).Skip(1).Select(l => l.Split(',')).Select(c => (c[0], int.Parse(c[1], System.Globalization.CultureInfo.InvariantCulture), c[4], c[5] == "1"))];
}
