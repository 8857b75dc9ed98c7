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

    /// <summary>Revenue less the cost of the messages.</summary>
    public decimal Contribution => Revenue - Cost;

    /// <summary>Contribution as a multiple of the cost.</summary>
    public decimal? Roi => Cost > 0 ? decimal.Round(Contribution / Cost, 6) : null;

    /// <summary>The same of the revenue that would not have been without the campaign; null without a control cell.</summary>
    public decimal? IncrementalRoi { get; init; }

    /// <summary>Response rate at which revenue and cost are the same, at the revenue of a response that was seen.</summary>
    public decimal? BreakEvenResponseRate { get; init; }

    public decimal? BreakEvenConversionRate { get; init; }

    /// <param name="total">The report's total.</param>
    internal static CampaignMoney Of(ReportRow total, decimal? budget)
    {
        var each = total is { Contacted: > 0, Cost: > 0 } ? total.Cost / total.Contacted : (decimal?)null;
        decimal? BreakEven(long people) => each is { } cost && people > 0 && total.Revenue > 0 ? decimal.Round(cost * people / total.Revenue, 8) : null;
        return new CampaignMoney
        {
            Budget = budget,
            Cost = total.Cost,
            CostPerContact = each is { } price ? decimal.Round(price, 6) : null,
            CostPerResponse = total.CostPerResponse,
            CostPerConversion = total.CostPerConversion,
            CostPerOrder = total is { Orders: > 0, Cost: > 0 } ? decimal.Round(total.Cost / total.Orders, 4) : null,
            Revenue = total.Revenue,
            IncrementalRoi = total is { Cost: > 0, IncrementalRevenue: { } more } ? decimal.Round(((decimal)more - total.Cost) / total.Cost, 6) : null,
            BreakEvenResponseRate = BreakEven(total.Responses),
            BreakEvenConversionRate = BreakEven(total.Conversions),
        };
    }
}
