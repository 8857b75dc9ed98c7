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

    /// <summary>
    /// Marks in engine.purchase_dirty tell all changes: the table is tracked, marks are customer keys, and whether an order counts depends
    /// on nothing but its own stored fields. Otherwise every refresh computes everybody anew.
    /// </summary>
    public bool IsTracked => Source.Tracked && Source.Orders.From == Model.People.Key
        && (Where is null || !BoundChildren.Everything(Where.Root).Any(node => node is BoundAt or BoundAggregate or BoundNow or BoundSpan or BoundFact or BoundRfm
            or BoundCall { Function: ConditionFunction.Age or ConditionFunction.DaysSince }));

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
