using CampaignEngine.Authoring;
using CampaignEngine.Rendering;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;

namespace CampaignEngine.Tests.Rendering;

/// <summary>The templates of the repository, which are also those of <c>campaign init</c> and of the demo.</summary>
public sealed class ShippedTemplatesTests
{
    private static readonly MessageUrls s_urls = MessageUrls.Of("https://t.test", new ItemTokens(new byte[32]), 7);

    public static TheoryData<string> Templates => [.. new TemplateStore(Repository.Root).Names()];

    [Theory]
    [MemberData(nameof(Templates))]
    public void EveryPartOfAMessageIsRenderedOnTheFastPath(string template)
    {
        var workspace = Workspace.Load(Repository.Root, environment: null);
        var uses = workspace.Campaigns.SelectMany(c => c.Drops.Select(d => (Campaign: c, Drop: d))).Where(u => u.Drop.Template.Text == template).ToList();
        if (uses.Count == 0)
        {
            // No campaign uses it yet: it stands in the drop of one that has cells, in the channel of its folder.
            var campaign = workspace.Campaigns.Single(c => c.Name == "spring-tea");
            var drop = campaign.Drops[0] with { Template = new Written(template, campaign.Drops[0].Place), Channel = template.Split('/')[0] };
            uses.Add((campaign, drop));
        }

        foreach (var (campaign, drop) in uses)
        {
            var problems = new ProblemList();
            var content = new TemplateStore(Repository.Root).Snapshot(campaign, drop, workspace.Model!, workspace.Settings!, problems);
            Assert.Empty(problems.Items);

            var renderer = new MessageRenderer(content!, workspace.Model!, s_urls, TimeZoneInfo.Utc, TimeProvider.System);

            Assert.Empty(renderer.SlowPathReasons);
        }
    }
}
