namespace CampaignEngine.Customers.Purchases;

internal static class PurchaseTables
{
    public static readonly SqlName Summary = new("engine", "purchase_summary");

    public static readonly SqlName Threshold = new("engine", "rfm_threshold");
}
