using CampaignEngine.Audiences;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Rendering;

namespace CampaignEngine;

/// <summary>Every check of a workspace that needs no data: YAML, model, conditions, templates.</summary>
public static class WorkspaceCheck
{
    /// <summary>Adds what conditions and templates are at fault to the problems that <see cref="Workspace.Load"/> found.</summary>
    /// <returns>The contents of every drop without errors, by campaign and drop.</returns>
    public static IReadOnlyDictionary<(string Campaign, string Drop), MailingContent> Run(Workspace workspace)
    {
        var contents = new Dictionary<(string, string), MailingContent>();
        if (workspace is not { Model: { } model, Settings: { } settings })
        {
            return contents;
        }

        ModelCheck.Run(model, workspace.Problems);
        if (!RecipientCulture.IsKnown)
        {
            workspace.Problems.Add(new Problem(new Place("engine.yaml", 1, 1), Severity.Warning, "CE3012",
                "this program runs without language data (ICU): amounts, dates and numbers are written for everybody as for nobody's language; install libicu and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"));
        }

        // Campaigns that share a template have its faults once.
        var seen = new HashSet<Problem>();
        // Only the whole workspace says which cells and drops a shared template may ask for, and which templates no campaign uses.
        var whole = workspace.CampaignFiles.SequenceEqual(Workspace.Files(workspace.Directory));
        var use = new TemplateUse(whole ? workspace.Campaigns : Workspace.Load(workspace.Directory, environment: null).Campaigns);
        foreach (var campaign in workspace.Campaigns)
        {
            BoundAudience.Bind(campaign, model, workspace.Problems);
            var own = new ProblemList();
            foreach (var (drop, content) in Messages(campaign, workspace.Directory, model, settings, own, use))
            {
                contents[(campaign.Name, drop)] = content;
            }

            workspace.Problems.AddRange(own.Items.Where(seen.Add));
        }

        if (whole && workspace.Campaigns.Count == workspace.CampaignFiles.Count)
        {
            var own = new ProblemList();
            UnusedTemplates.Check(new TemplateStore(workspace.Directory), use, workspace.Campaigns, model, settings, own);
            workspace.Problems.AddRange(own.Items.Where(seen.Add));
        }

        return contents;
    }

    /// <summary>The messages of a campaign's drops, read and checked: what a plan stores. A drop with errors is left out.</summary>
    /// <param name="use">Where templates are used by any campaign; null reads the workspace's campaigns for it.</param>
    public static IReadOnlyDictionary<string, MailingContent> Messages(
        CampaignDefinition campaign, string workspaceDirectory, CustomerModel model, EngineSettings settings, ProblemList problems, TemplateUse? use = null)
    {
        var store = new TemplateStore(workspaceDirectory);
        use ??= new TemplateUse(Workspace.Load(workspaceDirectory, environment: null).Campaigns);
        var contents = new Dictionary<string, MailingContent>(StringComparer.Ordinal);
        var seen = new HashSet<Problem>();
        foreach (var drop in campaign.Drops)
        {
            var own = new ProblemList();
            if (store.Snapshot(campaign, drop, model, settings, own) is { } content)
            {
                TemplateCheck.Run(content, drop.Subject, model, own, use, store.PartialNames(), drop.Preheader);
                if (!own.HasErrors)
                {
                    contents[drop.Name] = content;
                }
            }

            // Two drops with one template have its faults once.
            problems.AddRange(own.Items.Where(seen.Add));
        }

        return contents;
    }
}
