using CampaignEngine.Rendering;

namespace CampaignEngine.Planning;

/// <summary>Renders the plan's sample messages.</summary>
public delegate Task<IReadOnlyList<PlanSample>> SampleMaker(
    MailingContent content, IReadOnlyList<(string CustomerKey, string? Cell, string Address)> people, CancellationToken cancellationToken);
