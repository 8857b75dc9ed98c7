using CampaignEngine.Audiences;
using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Deduplication;
using CampaignEngine.Dispatching;
using CampaignEngine.Planning;
using CampaignEngine.Rendering;
using CampaignEngine.Reporting;

namespace CampaignEngine;

/// <summary>
/// The path of a campaign from its YAML file to its report: numbered steps, nothing else. Each step is a stage of its own, in the folder
/// of that name; README.md beside this file says what goes in and what comes out.
/// </summary>
public sealed class CampaignRun(CampaignEngineServices engine)
{
    /// <summary>Steps 1 to 4: what would happen, stored under a hash. Nothing is sent.</summary>
    /// <returns>Null when the campaign has errors; they are in <paramref name="problems"/>.</returns>
    public async Task<PlanDocument?> PlanAsync(
        CampaignDefinition campaign, ProblemList problems, Action<string, long>? progress, CancellationToken cancellationToken)
    {
        // 1 Campaigns: the definition has been read and checked.

        // 2 Audiences: conditions are bound to the customer model.
        BoundAudience? audience = BoundAudience.Bind(campaign, engine.Model, problems);

        // 3 Rendering: templates are read, checked against the model and kept with the plan.
        IReadOnlyDictionary<string, MailingContent> messages =
            WorkspaceCheck.Messages(campaign, engine.WorkspaceDirectory, engine.Model, engine.Settings, problems);
        if (audience is null || problems.HasErrors)
        {
            return null;
        }

        // 4 Audiences, Deduplication: one statement selects, everybody gets one reason, the list is frozen under a hash.
        return await engine.Planner.PlanAsync(campaign, audience, messages, progress, cancellationToken);
    }

    /// <summary>Step 5, Deduplication: the approved list becomes mailings; everybody is claimed once.</summary>
    public Task<LaunchResult> LaunchAsync(string campaign, string planHash, bool overBudget, CancellationToken cancellationToken) =>
        engine.Launcher.LaunchAsync(campaign, planHash, overBudget, cancellationToken);

    /// <summary>Step 6, Scheduling and Dispatching: what is due is frozen, granted, rendered and sent; outcomes are appended.</summary>
    public async Task<DispatchCounts> SendDueAsync(IProgress<DispatchProgress>? progress, Action<string> say, CancellationToken cancellationToken)
    {
        await engine.Occurrences(say).RunOnceAsync(cancellationToken);
        return await engine.Worker(null, progress, say).RunUntilIdleAsync(cancellationToken);
    }

    /// <summary>Step 7, Tracking and Reporting: clicks, opens and orders counted against the ledger.</summary>
    /// <returns>Null when the campaign has no mailing yet.</returns>
    public Task<CampaignReport?> ReportAsync(string campaign, DateTimeOffset asOf, ProblemList problems, CancellationToken cancellationToken) =>
        engine.Reports.ReportAsync(campaign, asOf, problems, cancellationToken);
}
