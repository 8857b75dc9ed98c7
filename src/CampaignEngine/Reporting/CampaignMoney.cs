namespace CampaignEngine.Reporting;

/// <summary>What a campaign cost and brought. Revenue is in the base currency of engine.yaml; where that differs from the campaign's, only the costs mean anything.</summary>
public sealed record CampaignMoney
{
    /// <summary>Null: the campaign states none.</summary>
    public decimal? Budget { get; init; }

    /// <summary>Messages times their price.</summary>
    public required decimal Cost { get; init; }

    /// <summary>Part of the budget that was spent.</summary>
    public decimal? BudgetSpent => Budget is > 0 and var budget ? decimal.Round(Cost / budget, 6) : null;

    public decimal? CostPerContact { get; init; }

    /// <summary>Per thousand contacts.</summary>
    public decimal? CostPerThousand => CostPerContact * 1000;

    public decimal? CostPerResponse { get; init; }

    public decimal? CostPerConversion { get; init; }

    /// <summary>Per credited conversion, of which a person may have several.</summary>
    public decimal? CostPerOrder { get; init; }

    public required decimal Revenue { get; init; }

    /// <summary>What the goods of the credited conversions cost, where the model's cost is known for them; null where the model names none.</summary>
    public decimal? CostOfGoods { get; init; }

    /// <summary>Credited conversions whose cost is not known, and their amounts: they add the share of response.margin to the margin, or nothing where none is stated.</summary>
    public long? OrdersWithoutCost { get; init; }

    public decimal? RevenueWithoutCost { get; init; }

    /// <summary>What is left of the revenue after the cost of goods, by the model's cost or response.margin; null where neither is stated.</summary>
    public decimal? Margin { get; init; }

    /// <summary>Margin that would not have been without the campaign, with its interval; null without a control cell.</summary>
    public double? IncrementalMargin { get; init; }

    public double? IncrementalMarginLow { get; init; }

    public double? IncrementalMarginHigh { get; init; }

    /// <summary>Margin, or revenue where none is stated, less the cost of the messages.</summary>
    public decimal Contribution => (Margin ?? Revenue) - Cost;

    /// <summary>Contribution as a multiple of the cost.</summary>
    public decimal? Roi => Cost > 0 ? decimal.Round(Contribution / Cost, 6) : null;

    /// <summary>The same of the margin or revenue that would not have been without the campaign; null without a control cell.</summary>
    public decimal? IncrementalRoi { get; init; }

    /// <summary>Response rate at which margin or revenue and cost are the same, at what a response was seen to bring.</summary>
    public decimal? BreakEvenResponseRate { get; init; }

    public decimal? BreakEvenConversionRate { get; init; }

    /// <param name="total">The report's total.</param>
    /// <param name="goods">What is known of the cost of goods; null: the model names none.</param>
    internal static CampaignMoney Of(ReportRow total, decimal? budget, CreditedMargins.Margin? goods)
    {
        var kept = total.Margin ?? total.Revenue;
        var each = total is { Contacted: > 0, Cost: > 0 } ? total.Cost / total.Contacted : (decimal?)null;
        decimal? BreakEven(long people) => each is { } cost && people > 0 && kept > 0 ? decimal.Round(cost * people / kept, 8) : null;
        double? OfAll(double? perContact) => ReportRow.Amount(perContact * total.Contacted);
        var measured = total.MarginMeasured;
        var (more, low, high) = (OfAll(measured?.Absolute), OfAll(measured?.Interval?.Low), OfAll(measured?.Interval?.High));
        var added = total.Margin is null ? total.IncrementalRevenue : more;
        return new CampaignMoney
        {
            Budget = budget,
            Cost = total.Cost,
            CostPerContact = each is { } price ? decimal.Round(price, 6) : null,
            CostPerResponse = total.CostPerResponse,
            CostPerConversion = total.CostPerConversion,
            CostPerOrder = total is { Orders: > 0, Cost: > 0 } ? decimal.Round(total.Cost / total.Orders, 4) : null,
            Revenue = total.Revenue,
            CostOfGoods = goods is null ? null : decimal.Round(goods.Cost, 4),
            OrdersWithoutCost = goods?.OrdersWithout,
            RevenueWithoutCost = goods?.RevenueWithout,
            Margin = total.Margin,
            IncrementalMargin = more,
            IncrementalMarginLow = low,
            IncrementalMarginHigh = high,
            IncrementalRoi = total.Cost > 0 && added is { } gained ? decimal.Round(((decimal)gained - total.Cost) / total.Cost, 6) : null,
            BreakEvenResponseRate = BreakEven(total.Responses),
            BreakEvenConversionRate = BreakEven(total.Conversions),
        };
    }
}
