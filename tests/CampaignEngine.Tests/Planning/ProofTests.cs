using System.Text.Json;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Planning;
using CampaignEngine.Rendering;
using CampaignEngine.Rendering.Linting;

namespace CampaignEngine.Tests.Planning;

public sealed class ProofTests(PlanningFixture fixture) : IClassFixture<PlanningFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private const string OldestStays = "  survivor: [customer_id]";
    private const string Reminder = "  - { drop: reminder, channel: sms, template: sms/spring, schedule: { after: announce, delay: 1 day } }";

    [Fact]
    public async Task EveryMessageOfEveryDropIsRenderedForWhomItReaches()
    {
        var campaign = PlanningFixture.Campaign("proof-all", OldestStays, Reminder);
        PlanDocument plan = await fixture.PlanAsync(campaign, Messages(campaign, "Hello {{ customer.first_name }}"));

        Assert.Equal((plan.Drops[0].People, 0L), (plan.Proof!.Drops[0].Rendered, plan.Proof.Drops[0].Failed));
        Assert.Equal((plan.Drops[1].People, 0L), (plan.Proof.Drops[1].Rendered, plan.Proof.Drops[1].Failed));
        Assert.Equal(plan.Contact, plan.Drops[0].People);
        Assert.Equal(1, plan.Drops[1].People);
        Assert.Empty(plan.Proof.Groups);
        Assert.Equal(plan.Drops.Sum(d => d.People), plan.Proof.Rendered);
        Assert.True(plan.Proof.Drops[0].LargestBytes > "Hello ".Length);
    }

    [Fact]
    public async Task SmsCostTheirSegmentsByTheCountryOfTheNumber()
    {
        var problems = new ProblemList();
        var settings = EngineLoader.Load("engine.yaml", """
            default_country: TW
            routes: { gate: { http: { url: https://x.test/s, form: { t: "{{ text }}" } }, prices: { TW: 0.05 USD, other: 0.09 USD } } }
            senders: { main: { sms: { route: gate, id: Tea } } }
            """u8, null, problems)!;
        var campaign = PlanningFixture.Campaign("proof-sms", OldestStays, Reminder);
        var messages = Messages(campaign, "Hello");
        messages["reminder"] = messages["reminder"] with { Html = null, Text = new string('茶', 71) + "\n" };
        PlanDocument plan = await fixture.PlanAsync(campaign, messages, settings);

        // Anna alone has a number: two segments of UCS-2 to Taiwan.
        var sms = Assert.Single(plan.Proof!.Segments);
        Assert.Equal(("reminder", "TW", 1L, 2L, 1L, 0.10m, "USD"), (sms.Drop, sms.Country, sms.Messages, sms.Segments, sms.Ucs2, sms.Cost, sms.Currency));
        Assert.Equal((0.10m, 0.10m), (plan.Drops[1].Cost, plan.Drops[1].UnitCost));
        Assert.Equal(plan.Drops[0].Cost + 0.10m, plan.Cost);
    }

    [Theory]
    [InlineData("US", "zone: recipient, between: 09:00-20:00", true, false)]
    [InlineData("US", "zone: Europe/Berlin, between: 09:00-20:00", true, true)]
    [InlineData("US", "zone: recipient, between: 07:00-20:00", true, true)]
    [InlineData("US", "zone: recipient", true, true)]
    [InlineData("US", "zone: recipient", false, false)]
    [InlineData("FR", "zone: recipient, between: 09:00-20:00", true, true)]
    [InlineData("TW", "zone: recipient", true, false)]
    public void HoursThatTheCountryForbidsAreWarnedOf(string country, string schedule, bool marketing, bool warned)
    {
        var campaign = PlanningFixture.Campaign(
            "hours", "", $"  - {{ drop: text, channel: sms, template: sms/x, schedule: {{ after: announce, delay: 1 day, {schedule} }} }}", marketing ? "" : "purpose: service");
        var warnings = LegalHoursWarnings.Of(campaign, [new ProofSegments("text", country, 1200, 1300, 0, 2, null, null)]).ToList();

        Assert.Equal(warned, warnings.Count == 1);
        Assert.All(warnings, w => Assert.StartsWith($"1,200 SMS of drop 'text' go to {country}, where advertising may leave from 08:00 to 2", w, StringComparison.Ordinal));
    }

    [Fact]
    public async Task FailuresAreGroupedByCauseAndRefuseTheLaunch()
    {
        var campaign = PlanningFixture.Campaign("proof-failing", OldestStays);
        PlanDocument plan = await fixture.PlanAsync(campaign, Messages(campaign, "<p>{{ customer.first_name | string.slice 0 2 }}</p>\n{{ customer.first_name == 'Mo' ? (customer.first_name | date.parse) : 'x' }}"));

        var group = Assert.Single(plan.Proof!.Groups);
        Assert.Equal((1L, "announce"), (group.People, group.Drop));
        Assert.StartsWith("templates/email/spring.sbn-html(2,", group.Cause, StringComparison.Ordinal);
        Assert.Equal(plan.Contact - 1, plan.Proof.Rendered);
        Assert.Contains(plan.Warnings, w => w.StartsWith($"1 of {plan.Contact} messages of drop 'announce' cannot be rendered, more than one in 100", StringComparison.Ordinal));
        using var json = JsonDocument.Parse(plan.ToJson());
        Assert.Equal(1, json.RootElement.GetProperty("proof").GetProperty("failed").GetInt64());
        Assert.Equal(group.Cause, json.RootElement.GetProperty("proof").GetProperty("groups")[0].GetProperty("cause").GetString());

        LaunchResult launch = await fixture.LaunchAsync(plan);

        Assert.Equal(LaunchEnding.Unproved, launch.Ending);
        Assert.Contains(group.Cause, launch.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AMessageThatGmailWouldClipIsCountedAndNamed()
    {
        var campaign = PlanningFixture.Campaign("proof-large", OldestStays);
        PlanDocument plan = await fixture.PlanAsync(campaign, Messages(campaign, "{{ if customer.first_name == 'Mo'; for i in 1..11000; '<b>filling</b>'; end; end }}Hello"));

        var drop = Assert.Single(plan.Proof!.Drops);
        Assert.Equal(1, drop.Clipped);
        Assert.True(drop.LargestBytes > GmailClipping.Limit);
        Assert.Contains(plan.Warnings, w => w.StartsWith("1 messages of drop 'announce' have more than 102 KB", StringComparison.Ordinal) && w.EndsWith($"customer {drop.LargestCustomer}", StringComparison.Ordinal));
        Assert.Equal(LaunchEnding.Launched, (await fixture.LaunchAsync(plan)).Ending);
    }

    [Fact]
    public void FewFailuresAmongManyOnlyWarn()
    {
        Assert.Null(new PlanProof(990, 10, [], [new ProofDrop("one", 990, 10, 1, "1", 0)]).Refusing());
        Assert.NotNull(new PlanProof(989, 11, [], [new ProofDrop("one", 989, 11, 1, "1", 0)]).Refusing());
        // A small drop is not hidden behind a large one.
        Assert.Equal("two", new PlanProof(100_000, 5, [], [new ProofDrop("one", 100_000, 0, 1, "1", 0), new ProofDrop("two", 0, 5, 0, null, 0)]).Refusing()!.Drop);
    }

    [Fact]
    public void CausesThatDifferForEverybodyDoNotFillTheMemory()
    {
        var counts = new ProofCounts(["one"]);
        for (var i = 0; i < 10_000; i++)
        {
            var batch = new ProofCounts(["one"]);
            batch.Failed(0, new PersonToProve($"{i}", null, 1), $"a text of its own {i}");
            batch.Failed(0, new PersonToProve($"{i}", null, 1), $"templates/x(1,{i % 3 + 1}): error CE3101: value {i}");
            counts.Add(batch, 1);
        }

        var proof = counts.Result();
        Assert.Equal(20_000, proof.Failed);
        Assert.Equal(20_000, proof.Groups.Sum(g => g.People));
        Assert.InRange(proof.Groups.Count, 3, 210);
        Assert.Equal(3, proof.Groups.Count(g => g.Cause.StartsWith("templates/x", StringComparison.Ordinal)));
        Assert.Contains(proof.Groups, g => g.Cause == "other causes");
    }

    private static Dictionary<string, MailingContent> Messages(CampaignDefinition campaign, string html) =>
        campaign.Drops.ToDictionary(d => d.Name, d => PlanningFixture.Messages(campaign)[d.Name] with { Html = d.Channel == "email" ? html : null, Text = d.Channel == "email" ? null : html });
}
