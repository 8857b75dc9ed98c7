namespace CampaignEngine.Reporting.Coupons;

/// <summary>What came back with a coupon code that many people have. People who are known and were contacted are in the report's own figures; all others stand here alone.</summary>
/// <param name="Cell">Null: of the whole campaign.</param>
/// <param name="Answers">Of files, with this code.</param>
/// <param name="UnattributedAnswers">Of them: by nobody whom the campaign is known to have written to. In no rate.</param>
/// <param name="Orders">With this code, inside the window behind some contact of the campaign.</param>
/// <param name="UnattributedOrders">Of them: credited to nobody. In no rate and no revenue of the report.</param>
public sealed record CouponFigures(
    string Code, string? Cell, long Answers, long UnattributedAnswers, long Orders, decimal Revenue, long UnattributedOrders, decimal UnattributedRevenue);
