using CampaignEngine.Customers;

namespace CampaignEngine.Audiences.Conditions;

/// <summary>
/// Which field says when a row happened: the rfm section's time for the order entity, else the first field of type time that the
/// model declares for the entity, else the first of type date. The row's key breaks ties.
/// </summary>
public static class RelationTime
{
    public static Field? Of(CustomerModel model, Entity entity) =>
        model.Rfm is { } rfm && rfm.Orders.Target == entity.Name ? rfm.At
            : Stored(entity, FieldType.Time) ?? Stored(entity, FieldType.Date);

    /// <summary>The field that says what a row is worth: the rfm section's amount for the order entity, else its first field of type money.</summary>
    public static Field? Amount(CustomerModel model, Entity entity) =>
        model.Rfm is { } rfm && rfm.Orders.Target == entity.Name ? rfm.Amount : Stored(entity, FieldType.Money);

    private static Field? Stored(Entity entity, FieldType type) => entity.Fields.Values.FirstOrDefault(field => field.Type == type && field.Is is null);
}
