namespace CampaignEngine;

/// <summary>How far a long piece of work has come.</summary>
/// <param name="Done">Units finished, for example rows or bytes.</param>
/// <param name="Total">Units in all; null while unknown.</param>
/// <param name="Note">What is being done now, shown beside the bar; null leaves the last one.</param>
public readonly record struct ProgressStep(long Done, long? Total = null, string? Note = null);
