using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;

namespace CampaignEngine.Customers.Purchases;

/// <summary>What counts as a purchase, checked: the rfm section of the model with its condition bound.</summary>
public sealed record PurchaseDefinition
{
    private PurchaseDefinition(CustomerModel model, RfmSource source, BoundCondition? where) => (Model, Source, Where) = (model, source, where);

    public CustomerModel Model { get; }

    public RfmSource Source { get; }

    internal BoundCondition? Where { get; }

    /// <summary>Null when the model has no rfm section, or after reported faults.</summary>
    public static PurchaseDefinition? Of(CustomerModel model, ProblemList problems)
    {
        if (model.Rfm is not { } source)
        {
            return null;
        }

        if (source.Where is null)
        {
            return new PurchaseDefinition(model, source, null);
        }

        var where = new ConditionBinder(model, problems).BindCondition(source.Where, model.Entities[source.Orders.Target]);
        return where is null ? null : new PurchaseDefinition(model, source, where);
    }
}
