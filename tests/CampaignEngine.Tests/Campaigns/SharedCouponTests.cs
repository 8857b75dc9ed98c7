using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Tests.Planning;
using CampaignEngine.Tracking;

namespace CampaignEngine.Tests.Campaigns;

public sealed class SharedCouponTests(PlanningFixture fixture) : IClassFixture<PlanningFixture>
{
    [Fact]
    public async Task ALaunchedCampaignsCodesAreKnown()
    {
        var campaign = PlanningFixture.Campaign("coupons", more: "coupon: Summer-10\ncells: [{ cell: a, share: 50%, coupon: garden 0 }, { cell: b, share: 50% }]");
        Assert.Equal([("SUMMER10", null), ("GARDEN0", "a")], campaign.Coupons.Select(c => (c.Code, c.Cell)));
        await fixture.LaunchAsync(await fixture.PlanAsync(campaign));
        Assert.Equal("GARDEN0 a|SUMMER10 ", await fixture.ScalarAsync<string>("SELECT string_agg(code || ' ' || coalesce(cell, ''), '|' ORDER BY code) FROM engine.coupon_code WHERE campaign = 'coupons'"));
    }

    [Theory]
    [InlineData("coupon: SUMMER10", "coupon: summer-10", "c.yaml(5,36): error CE1252: the coupon 'summer-10' stands twice in the campaign, so that it could not be told whose it is; give each cell a code of its own")]
    [InlineData("coupon: KEYCODE", null, "c.yaml(2,9): error CE1252: the coupon 'KEYCODE' is a valid keycode and would be taken for one person's own; use another code, such as one with a 0, 1 or O in it")]
    [InlineData("coupon: 夏10", null, "c.yaml(2,9): error CE1105: 'coupon': '夏10' is not a coupon code; write 3 to 40 letters of A to Z, digits, spaces and dashes")]
    public void ACodeThatCouldBeAnothersIsRefused(string coupon, string? cell, string expected)
    {
        var keycode = Keycodes.Of(3, 77);
        var problems = new ProblemList();
        CampaignLoader.Load("c.yaml", Encoding.UTF8.GetBytes(
            $$"""
            campaign: c
            {{coupon.Replace("KEYCODE", keycode, StringComparison.Ordinal)}}
            audience: {}
            cells:
              - { cell: a, share: 50%, {{cell}} }
              - { cell: b, share: 50% }
            drops: [{ drop: d, channel: email, template: email/x, subject: x, schedule: now }]
            """), problems);
        Assert.Equal([expected.Replace("KEYCODE", keycode, StringComparison.Ordinal)], problems.Items.Where(p => p.Severity == Severity.Error).Select(p => p.ToString()));
    }
}
