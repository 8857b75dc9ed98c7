namespace CampaignEngine.Reporting;

/// <summary>Conversions in a currency that engine.yaml has no rate for: counted as conversions, in no sum of money.</summary>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Revenue">In that currency.</param>
public sealed record ForeignRevenue(string Currency, long Orders, decimal Revenue);
