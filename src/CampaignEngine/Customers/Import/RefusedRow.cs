namespace CampaignEngine.Customers.Import;

/// <summary>A row that was merged and cannot stay.</summary>
/// <param name="Key">Value of the entity's key, which is one text field.</param>
/// <param name="Reason">What is wrong with it, for the file of rejects.</param>
public sealed record RefusedRow(string Entity, string Key, string Reason);
