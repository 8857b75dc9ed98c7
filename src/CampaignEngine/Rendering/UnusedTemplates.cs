using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;

namespace CampaignEngine.Rendering;

/// <summary>
/// Templates that no campaign uses yet are checked too, as far as that goes: they may use the variables of any campaign, and a name that none of
/// them has is a warning, because the campaign to come may bring it.
/// </summary>
internal static class UnusedTemplates
{
    private static readonly string[] MayCome = ["CE3402", "CE3403", "CE3412"];

    public static void Check(
        TemplateStore store, TemplateUse use, IReadOnlyList<CampaignDefinition> campaigns, CustomerModel model, EngineSettings settings, ProblemList problems)
    {
        // Without any campaign nothing is known of what templates may name.
        if (campaigns.Count == 0)
        {
            return;
        }

        var used = campaigns.SelectMany(c => c.Drops).Select(d => d.Template.Text).ToHashSet(StringComparer.Ordinal);
        var campaign = campaigns[0] with { Cells = [.. campaigns.SelectMany(c => c.Cells).DistinctBy(c => c.Name)], Purpose = MessagePurpose.Marketing };
        foreach (var name in store.Names().Where(n => !used.Contains(n)))
        {
            var own = new ProblemList();
            var channel = name.StartsWith("sms/", StringComparison.Ordinal) ? "sms" : "email";
            var drop = campaign.Drops[0] with { Template = new Written(name, new Place($"templates/{name}", 1, 1)), Channel = channel, Subject = null };
            if (store.Snapshot(campaign, drop, model, settings, own) is { } content)
            {
                TemplateCheck.RunParts(content, model, own, use, store.PartialNames());
            }

            problems.AddRange(own.Items.Select(p => MayCome.Contains(p.Code) ? p with { Severity = Severity.Warning } : p));
        }
    }
}
